import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEngine } from './engine.ts';

const project = join(import.meta.dirname, '../..');
const main = join(project, 'dist/main.js');

/**
 * What each example of each --help may end with here: without a GPU, without the internet, beside a
 * rehearsal that runs. An example that is not in this table fails the test.
 */
const examples: Record<string, number[]> = {
  'steadydancer run --profile rehearsal --yes': [0],
  'steadydancer run --profile rehearsal --set port=8190 --yes --json': [0],
  'steadydancer attach': [0],
  // No server of that name is here.
  'steadydancer attach --on mia@gpu-box': [10],
  'steadydancer logs -f': [0],
  'steadydancer status --json': [0],
  'steadydancer open': [0],
  'steadydancer dance photo.jpg clip.mp4': [0],
  'steadydancer dance photo.jpg clip.mp4 -o dance.mp4 --seconds 5': [0],
  // The rehearsal was moved to 8190 by the second example.
  'steadydancer smoke --url http://127.0.0.1:8188': [15],
  'steadydancer stop': [0],
  'steadydancer start': [0],
  'steadydancer plan --profile rtx-4090-fp8': [0, 10, 16],
  'steadydancer doctor': [0, 10],
  'steadydancer diagnose build.log': [0],
  // No container of that name is here.
  'steadydancer diagnose --container comfyui': [2, 10],
  'steadydancer models pull --variant fp8 --dest /data/models': [13, 16],
  'steadydancer profiles list': [0],
  // Without a key.
  'steadydancer deploy --profile runpod-volume-fp8 --image ghcr.io/me/steadydancer:1.0': [20],
  'steadydancer deploy --profile rehearsal --image ghcr.io/me/rehearsal:1 --pay 0.3': [20],
  // Nobody is logged in there.
  'steadydancer push --to ghcr.io/me/steadydancer:1.0': [19],
  'steadydancer push --to ghcr.io/me/steadydancer:rc --promote nightly --json': [19],
  // Nobody is there to list it to.
  'steadydancer clean': [0, 18],
  'steadydancer clean --cache --runs --yes': [0],
  'steadydancer bundle': [18],
  'steadydancer bundle --yes --json': [0],
  'steadydancer completions bash > ~/.local/share/bash-completion/completions/steadydancer': [0],
  // No upstream repository answers.
  'steadydancer update --check': [10],
  'steadydancer update --profile rtx-4090-fp8 --yes': [10],
  'steadydancer update --profile rtx-4090-fp8 --back': [2, 10],
};

describeWithEngine('examples of --help', () => {
  const home = mkdtempSync(join(tmpdir(), 'sd-examples-'));
  const hub = createServer((_request, response) => response.writeHead(404).end());
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HOME: home,
    STEADYDANCER_HOME: join(home, 'own'),
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`,
    HTTPS_PROXY: 'http://127.0.0.1:9',
  });
  const call = (...args: string[]) =>
    spawnSync(main, args, { env: env(), encoding: 'utf8' }).stdout;

  beforeAll(async () => {
    await new Promise<void>((listening) => hub.listen(0, '127.0.0.1', listening));
    mkdirSync(join(home, 'bin'));
    mkdirSync(join(home, '.local/share/bash-completion/completions'), { recursive: true });
    symlinkSync(main, join(home, 'bin/steadydancer'));
    const inputs = join(project, 'docker/inputs');
    const input = (ending: RegExp) =>
      join(inputs, readdirSync(inputs).find((name) => ending.test(name)) ?? '');
    copyFileSync(input(/\.png$/), join(home, 'photo.jpg'));
    copyFileSync(input(/\.mp4$/), join(home, 'clip.mp4'));
    writeFileSync(join(home, 'build.log'), 'ERROR: write /x: no space left on device\n');
  });
  afterAll(() => {
    call('stop', '--json');
    hub.close();
    rmSync(home, { recursive: true, force: true });
  });

  const shown = () => {
    const names = [...call('--help').matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? '');
    const commands = [...new Set(names)].filter(
      (name) => name !== 'steadydancer' && name !== 'help',
    );
    return commands.flatMap((name) => {
      const [, under = ''] = call(name, '--help').split(/^Examples?:$/m);
      return under
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.startsWith('steadydancer '));
    });
  };

  it('are all in the table, and the table has no other', () => {
    expect(shown().sort()).toEqual(Object.keys(examples).sort());
  });

  it.each(Object.entries(examples))('%s', async (line, exitCodes) => {
    // A shell, as in the help: one example redirects into ~.
    const child = spawn('bash', ['-c', line], {
      env: env(),
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        said += data;
      });
    const exitCode = await new Promise((ended) => child.once('close', ended));
    expect(exitCodes, said.slice(-2000)).toContain(exitCode);
    expect(said).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });
});
