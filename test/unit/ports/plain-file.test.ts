import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plainFile, plainFileOrShellPipe, readPlainText } from '../../../src/ports/plain-file.ts';

let folder: string;
let fifo: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sd-plain-file-'));
  fifo = join(folder, 'pipe');
  execFileSync('mkfifo', [fifo]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lets a plain file through, also over a link', async () => {
  const path = join(folder, 'text');
  writeFileSync(path, 'abc');
  expect((await plainFile(path)).size).toBe(3);
  expect(await readPlainText(path)).toBe('abc');
});

it('refuses a named pipe, a device and a socket without opening them, and a folder', async () => {
  const socket = join(folder, 'socket');
  const server = createServer().listen(socket);
  await once(server, 'listening');
  for (const path of [fifo, '/dev/zero', socket]) {
    for (const look of [plainFile, plainFileOrShellPipe, readPlainText]) {
      await expect(look(path)).rejects.toMatchObject({ code: 'ENOTFILE' });
    }
  }
  await expect(plainFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(plainFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  server.close();
});

/** In a shell of its own: only it can make its `<(…)`. */
function inShell(line: string) {
  const module = JSON.stringify(pathToFileURL('src/ports/plain-file.ts').href);
  const program = `const { readPlainText } = await import(${module});
    const stop = new AbortController();
    process.once('SIGTERM', () => stop.abort(new Error('stopped')));
    process.stderr.write('reads');
    await readPlainText(process.argv[1], stop.signal).then(
      (text) => console.log(\`\${text.length} \${text.slice(0, 5)}\`),
      (error) => console.log(error.code ?? error.message),
    );`;
  return spawn('bash', ['-c', line], {
    env: { ...process.env, NODE: process.execPath, PROGRAM: program },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

it("reads the shell's own pipe to its end, and no more than a text has", async () => {
  const read = '"$NODE" --input-type=module -e "$PROGRAM"';
  const slow = inShell(`${read} <(echo hello; head -c 300000 /dev/zero)`);
  expect(await text(slow.stdout)).toBe('300006 hello\n');
  expect(await text(inShell(`${read} <(cat /dev/zero)`).stdout)).toBe('EFBIG\n');
});

it("a signal ends the wait for the shell's pipe", async () => {
  const child = inShell('exec "$NODE" --input-type=module -e "$PROGRAM" <(exec sleep 600)');
  const out = text(child.stdout);
  await once(child.stderr, 'data');
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(await out).toBe('stopped\n');
  // What wrote to the pipe is of the same process group.
  process.kill(-(child.pid as number), 'SIGKILL');
});
