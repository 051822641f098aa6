import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { documents } from '../../src/contract/json-schema.ts';
import { Program } from './program.ts';

/**
 * Every `--json` output, alone on stdout and held against its schema, without an engine and without
 * a network: what a script meets on a bare machine.
 */
describe('documents on stdout', () => {
  const program = new Program({
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    HF_ENDPOINT: 'http://127.0.0.1:9',
  });
  const log = join(program.home, 'some.log');
  mkdirSync(program.home, { recursive: true });
  writeFileSync(log, 'ERROR: failed to solve: write /x: no space left on device\n');
  afterAll(() => rmSync(program.home, { recursive: true, force: true }));

  const calls: [string[], keyof typeof documents, number[]][] = [
    [['plan', '--profile', 'rehearsal'], 'plan', [0]],
    [['plan', '--profile', 'rtx-4090-fp8'], 'plan', [0, 10, 16]],
    [['plan', '--set', 'gpu=L40S', '--set', 'target=file'], 'plan', [0, 10, 16]],
    [['doctor', '--no-network'], 'doctor', [0, 10]],
    [['diagnose', log], 'diagnose', [0]],
    [['diagnose', '--codes'], 'diagnose-codes', [0]],
    [['status'], 'status', [0]],
    [['profiles', 'list'], 'profiles', [0]],
    [['smoke', '--url', 'http://127.0.0.1:9'], 'smoke', [15]],
    [['stop'], 'problem', [10]],
    [['push', '--to', 'ghcr.io/me/sd:1'], 'problem', [19]],
    [['deploy', '--profile', 'rehearsal', '--image', 'ghcr.io/me/sd:1'], 'problem', [20]],
    [['plan', '--set', 'variant=fp9'], 'problem', [2]],
    [['doctor', '--bogus'], 'problem', [2]],
    [['diagnose', 'no-such-file.log'], 'problem', [2]],
    [['plan', '--set', 'recipe=custom'], 'problem', [10]],
    [['dance', 'absent.png', 'absent.mp4'], 'dance', [2]],
    [['models', 'verify', '--dest', join(program.home, 'models')], 'models', [13]],
  ];

  it.each(calls)('%j is one document', async (args, name, exitCodes) => {
    const { stdout, stderr, exitCode } = await program.call([...args, '--json']);
    expect(exitCodes, stderr).toContain(exitCode);
    const lines = stdout.trim().split('\n');
    const document = JSON.parse(lines.at(-1) ?? '');
    expect(documents[name].parse(document)).toEqual(document);
    if (name !== 'models') expect(lines).toHaveLength(1);
  });

  it('plan says what it could not see, and has the same digest wherever it is made', async () => {
    const elsewhere = new Program({ DOCKER_HOST: 'unix:///nonexistent/other.sock' });
    const digest = async (from: Program) =>
      JSON.parse((await from.call(['plan', '--profile', 'rehearsal', '--json'])).stdout);
    const [one, two] = [await digest(program), await digest(elsewhere)];
    expect(one.planDigest).toBe(two.planDigest);
    expect(one.warnings.length).toBeGreaterThan(0);
    rmSync(elsewhere.home, { recursive: true, force: true });
  });
});

describe('usage errors', () => {
  const program = new Program();
  afterAll(() => rmSync(program.home, { recursive: true, force: true }));

  it.each([
    [['--profile', 'nobody']],
    [['--set', 'variant=fp9']],
    [['--set', 'nonsense']],
    [['--set', 'port=99999']],
    [['--until', 'dessert']],
    [['--no-such-flag']],
    [['--wait', 'long']],
    [['--image', 'UPPER/Case']],
    [['--image', '']],
    [['--from', 'deploy']],
    [['--summary', '/nonexistent/summary.md']],
    [['too', 'many']],
  ])('run --json %j: exit 2, and the last line is a result with one sentence', async (args) => {
    const { exitCode, result, events } = await program.run(args);
    expect(exitCode).toBe(2);
    expect(events).toHaveLength(1);
    expect(result).toMatchObject({ ok: false, exitCode: 2, runId: null });
    expect(result.summary).toMatch(/\S/);
    expect(result.summary).not.toContain('\n');
  });

  it('doctor measures the network as built: what does not answer is said in words', async () => {
    const { stdout } = await program.call(['doctor', '--json']);
    const { checks } = documents.doctor.parse(JSON.parse(stdout));
    expect(checks.filter(({ id }) => id.startsWith('network')).length).toBeGreaterThan(2);
    for (const { detail } of checks) expect(detail).not.toMatch(/is not a function|undefined/);
  });

  it('a password in an address is refused and not shown', async () => {
    const set = 'mirrors.hub=https://mia:Sup3rS3cret@hub.example/';
    const { exitCode, stdout, stderr } = await program.call(['plan', '--json', '--set', set]);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).not.toContain('Sup3rS3cret');
  });

  it.each([
    [['status', '--bogus']],
    [['plan', '--set', 'gpu']],
    [['diagnose', 'no-such-file.log']],
    [['smoke']],
    [['nonsense']],
  ])('%j: exit 2 and words on stderr alone', async (args) => {
    const { exitCode, stdout, stderr } = await program.call(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/\S/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('without a terminal and without a command it says what works there', async () => {
    const { exitCode, stderr } = await program.call([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('run --profile rehearsal --yes');
  });
});

describe('help', () => {
  const program = new Program();
  afterAll(() => rmSync(program.home, { recursive: true, force: true }));

  it('every command has a help with an example', async () => {
    const { stdout } = await program.call(['--help']);
    const commands = [...stdout.matchAll(/^ {2}(\w+)(?: |\n)/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => !['help', 'steadydancer'].includes(name));
    expect(commands).toContain('run');
    for (const name of new Set(commands)) {
      const help = await program.call([name, '--help']);
      expect(help.exitCode).toBe(0);
      expect(help.stdout).toMatch(/Examples?:\n {2}steadydancer /);
    }
  });
});
