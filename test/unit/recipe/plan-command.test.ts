import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plan } from '../../../src/commands/plan.ts';
import { type Plan, planSchema } from '../../../src/contract/plan.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-plan-'));
  mkdirSync(join(home, 'bin'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A program of that name on PATH; without one PATH is an empty folder. */
function nvidiaSmi(script: string): void {
  const path = join(home, 'bin', 'nvidia-smi');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** One row, whatever fields are asked for: the values that nvidia-smi would print (docker-gpu.md §6). */
const rtx5090 = (driver: string) => `
case "$*" in *--query-gpu=*) ;; *) exit 0 ;; esac
fields=$(echo "$*" | /bin/sed 's/.*--query-gpu=\\([^ ]*\\).*/\\1/; s/,/ /g')
row=''
for field in $fields; do
  case $field in
    index) value=0 ;; uuid) value=GPU-1 ;; name) value='NVIDIA GeForce RTX 5090' ;;
    driver_version) value=${driver} ;; memory.total) value=32607 ;; memory.free) value=31000 ;;
    compute_cap) value=12.0 ;; *) value='[N/A]' ;;
  esac
  row="$row\${row:+, }$value"
done
echo "$row"`;

async function call(options: { profile?: string; set?: string[] }, env: NodeJS.ProcessEnv = {}) {
  const out: string[] = [];
  const said: string[] = [];
  const io = {
    env: {
      PATH: join(home, 'bin'),
      HOME: home,
      STEADYDANCER_HOME: home,
      DOCKER_HOST: `unix://${home}/none.sock`,
      ...env,
    },
    cwd: home,
    home,
    interactive: false,
    out: (line: string) => out.push(line),
    say: (line: string) => said.push(line),
  };
  const exitCode = await plan({ ...options, json: true }, io);
  expect(out).toHaveLength(1);
  const document: Plan = planSchema.parse(JSON.parse(out[0] ?? ''));
  expect(document).toEqual(JSON.parse(out[0] ?? ''));
  return {
    exitCode,
    document,
    said: said.join('\n'),
    codes: document.warnings.map(({ code }) => code),
  };
}

test('without Docker and network it is exactly the document, and says what it could not see', async () => {
  nvidiaSmi(rtx5090('570.133.07'));
  const { exitCode, document, codes } = await call({
    set: ['diskReserveBytes=0', 'smoke.frames=5'],
  });
  expect([0, 16]).toContain(exitCode);
  expect(document.choices).toMatchObject({
    variant: expect.any(String),
    stack: 'torch28-cu128',
    attention: 'flash-attn',
  });
  expect(codes.some((code) => code.startsWith('engine-'))).toBe(true);
  expect(document.models.length).toBeGreaterThan(5);
});

test.each([
  ['no program', null, /GPU/],
  [
    'driver not loaded',
    'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
    /driver/,
  ],
  ['no devices', 'echo "No devices were found"; exit 6', /./],
  ['rubbish', 'echo "ERR!, [N/A], x"', /./],
])('%s: exit 10, a sentence and still a document', async (_, script, words) => {
  if (script) nvidiaSmi(script);
  const { exitCode, said, codes } = await call({});
  expect(exitCode).toBe(10);
  expect(said).toMatch(words);
  expect(codes.some((code) => code.startsWith('gpu-'))).toBe(true);
});

test('an RTX 5090 with driver 560 cannot run; with 570 there is nothing to update', async () => {
  nvidiaSmi(rtx5090('560.35.05'));
  const old = await call({});
  expect(old.exitCode).toBe(10);
  expect(old.said).toMatch(/driver 560\.35\.05/);
  expect(old.document.warnings.at(-1)?.code).toBe('stack-unfit');
});

test('a shipped profile for a GPU elsewhere plans here', async () => {
  const { exitCode, document } = await call({
    profile: 'runpod-volume-fp8',
    set: ['diskReserveBytes=0'],
  });
  expect([0, 16]).toContain(exitCode);
  expect(document.choices.target).toBe('runpod');
});

test('a rehearsal is planned also where nothing may be written', async () => {
  writeFileSync(join(home, 'no-folder'), '');
  const elsewhere = { STEADYDANCER_HOME: join(home, 'no-folder', 'own') };
  const { exitCode, document } = await call({ profile: 'rehearsal' }, elsewhere);
  expect(exitCode).toBe(0);
  const { document: here } = await call({ profile: 'rehearsal' });
  expect(document.planDigest).toBe(here.planDigest);
});
