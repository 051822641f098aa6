import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nodePackIds, nodes } from '../../../src/recipe/nodes.ts';
import { defaultStack, stacks } from '../../../src/recipe/stacks.ts';

const docker = new URL('../../../docker/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, docker), 'utf8');
const dockerfile = read('Dockerfile');

/** ARG name → its defaults, in the order of the file; '' for none. */
const defaults = (name: string) =>
  [...dockerfile.matchAll(new RegExp(`^ARG ${name}(?:=(.*))?$`, 'gm'))].map((found) =>
    (found[1] ?? '').replaceAll('"', ''),
  );

it('has as its defaults what stacks.json has as its default row', () => {
  const row = defaultStack();
  const pins: Record<string, string> = {
    LOCK_DIR: `python/${row.id}`,
    CUDA_VERSION: row.cuda,
    PYTHON_VERSION: row.python,
    TORCH_VERSION: row.torch.version,
    TORCHVISION_VERSION: row.torch.torchvision,
    TORCHAUDIO_VERSION: row.torch.torchaudio,
    FLASH_ATTN_WHEEL: row.flashAttention.wheel,
    FLASH_ATTN_SHA256: row.flashAttention.sha256 ?? '',
    XFORMERS_VERSION: row.xformers.version,
    SAGEATTENTION_VERSION: row.sageattention.version,
    COMFYUI_COMMIT: row.comfyui.commit,
    ...Object.fromEntries(
      nodePackIds.map((id) => [`${id.toUpperCase()}_COMMIT`, row.nodes[id] ?? '']),
    ),
  };
  for (const [name, pin] of Object.entries(pins)) expect(defaults(name)[0], name).toBe(pin);
});

it('needs no frontend, no heredoc and no secret', () => {
  expect(dockerfile).not.toMatch(/^#\s*syntax/m);
  expect(dockerfile).not.toContain('<<');
  expect(dockerfile).not.toMatch(/type=secret|TOKEN/);
});

it('mounts files that are there, and only such that the context has', () => {
  const ignore = read('.dockerignore');
  const sources = [...dockerfile.matchAll(/type=bind,source=([^,]+)/g)].map(
    (found) => found[1] ?? '',
  );
  expect(sources.length).toBeGreaterThan(30);
  for (const source of sources) {
    const [top = '', second] = source.split('/');
    const names = readdirSync(second ? new URL(`${top}/`, docker) : docker);
    expect(names, source).toContain(second ?? top);
    expect(ignore, source).toContain(`!${top}`);
  }
});

it.each(stacks().map((row) => [row.id, row] as const))('%s has its locks', (id, row) => {
  const names = readdirSync(new URL(`python/${id}/`, docker));
  expect(names).toEqual(expect.arrayContaining(['torch.in', 'nodes.lock']));
  expect(read(`python/${id}/torch.in`)).toContain(`torch==${row.torch.version}\n`);
  // Rows of PyTorch's own index cannot be locked from PyPI; their hashes are recorded in the image.
  expect(names.includes('torch.lock')).toBe(row.torch.index === null);
  if (row.torch.index === null) {
    expect(read(`python/${id}/torch.lock`)).toContain(`torch==${row.torch.version} `);
    expect(read(`python/${id}/attention.xformers.lock`)).toContain(
      `xformers==${row.xformers.version} `,
    );
  }
  expect(read(`python/${id}/attention.sageattention.lock`)).toContain(
    `sageattention==${row.sageattention.version} `,
  );
  for (const name of names.filter((file) => file.endsWith('.lock'))) {
    const lock = read(`python/${id}/${name}`);
    expect(lock, name).not.toMatch(/https?:/);
    for (const entry of lock.split(/\n(?=\S)/)) expect(entry, name).toContain('--hash=sha256:');
  }
  const lock = read(`python/${id}/nodes.lock`);
  expect([...lock.matchAll(/^(opencv-[a-z-]+|onnxruntime[a-z-]*)==/gm)].map((m) => m[1])).toEqual([
    'onnxruntime-gpu',
    'opencv-python-headless',
  ]);
  // What the proof imports has to be in the lock, under the name that PyPI has for it.
  const packages: Record<string, string> = {
    'google.protobuf': 'protobuf',
    cv2: 'opencv-python-headless',
    color_matcher: 'color-matcher',
    PIL: 'pillow',
    imageio_ffmpeg: 'imageio-ffmpeg',
    onnxruntime: 'onnxruntime-gpu',
  };
  for (const { optional, imports } of nodes().nodes) {
    if (optional) continue;
    for (const name of imports) expect(`\n${lock}`).toContain(`\n${packages[name] ?? name}==`);
  }
});
