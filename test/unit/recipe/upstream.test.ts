import { expect, test } from 'vitest';
import type { Ended, Processes } from '../../../src/ports/processes.ts';
import { defaultStack } from '../../../src/recipe/stacks.ts';
import { lookUpstream } from '../../../src/recipe/upstream.ts';

const row = defaultStack();
const newer = 'e'.repeat(40);

/** git as a port; test/world/update-check.test.ts runs the real one. */
function git(answer: (address: string, patterns: string[]) => Partial<Ended>) {
  const calls: string[][] = [];
  const run: Processes['run'] = async (_file, args) => {
    calls.push([...args]);
    const at = args.indexOf('--');
    const ended = answer(args[at + 1] ?? '', args.slice(at + 2));
    return { exitCode: 0, stdout: '', stderr: '', timedOut: false, ...ended };
  };
  const look = (mirror?: string) =>
    lookUpstream({
      row,
      mirror,
      processes: { run } as Processes,
      env: {},
      signal: new AbortController().signal,
    });
  return { calls, look };
}

test.each([
  ['an older release than the pinned state', 'v0.20.9', 'same'],
  ['the release that the pinned state comes after', 'v0.21.0', 'same'],
  ['a newer release', 'v0.21.1', 'moved'],
  ['a newer one of two digits', 'v0.100.0', 'moved'],
])('%s: ComfyUI is %s %s', async (_, release, state) => {
  expect(row.comfyui.version).toBe('v0.21.0-3');
  const { look } = git((address) =>
    address.endsWith('/ComfyUI')
      ? { stdout: `${'d'.repeat(40)}\tHEAD\n${newer}\trefs/tags/${release}\n` }
      : { stdout: `${row.nodes.kjnodes}\tHEAD\n` },
  );
  const [comfyui] = await look();
  expect(comfyui).toMatchObject({ id: 'comfyui', state });
  expect(comfyui?.to).toBe(state === 'moved' ? newer : row.comfyui.commit);
});

test('packs are asked for their newest commit alone, at the mirror; a silent one is named', async () => {
  const { look, calls } = git((address) =>
    address.endsWith('KJNodes')
      ? { exitCode: null, timedOut: true }
      : { stdout: `${newer}\tHEAD\n` },
  );
  const pins = await look('https://mirror.example/gh');
  expect(pins.map(({ state }) => state)).toEqual(['moved', 'moved', 'unseen', 'moved', 'moved']);
  expect(pins[2]).toMatchObject({ id: 'kjnodes', to: null, why: 'no answer within 45 s' });
  expect(
    calls.every((args) => args.some((arg) => arg.startsWith('https://mirror.example/gh/'))),
  ).toBe(true);
});

test('no git and no way out are failures of their own', async () => {
  await expect(git(() => ({ exitCode: null, errno: 'ENOENT' })).look()).rejects.toMatchObject({
    details: { code: 'update-git-missing' },
  });
  const dead = git(() => ({ exitCode: 128, stderr: 'fatal: unable to access: Could not resolve' }));
  await expect(dead.look()).rejects.toMatchObject({
    details: {
      code: 'update-upstream-unseen',
      proof: expect.stringContaining('Could not resolve'),
    },
  });
});
