// Entry of the rehearsal's image: `node server.js [ComfyUI's flags]`, or `--health` / `--self-check`.
import { chmodSync, mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { createRehearsal } from './app.ts';
import { drawDancer } from './dancer.ts';
import { encodePng } from './png.ts';
import { readSettings } from './settings.ts';

const argv = process.argv.slice(2);
if (argv.includes('--health')) health();
else if (argv.includes('--self-check')) selfCheck();
else await serve();

async function serve(): Promise<void> {
  const settings = readSettings(argv, process.env);
  // ComfyUI writes its log to stderr.
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  log(`Rehearsal of SteadyDancer: a stand-in for ComfyUI, on Node ${process.versions.node}`);
  if (settings.fault === 'exit-at-start') {
    log("ModuleNotFoundError: No module named 'rehearsed_failure'");
    process.exit(3);
  }
  const rehearsal = createRehearsal(settings, log);
  const stop = () => {
    log('Stopped server');
    void rehearsal.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (settings.fault === 'never-ready') {
    setInterval(() => {}, 2 ** 30);
    return;
  }
  log('Starting server\n');
  const port = await rehearsal.listen();
  log(`To see the GUI go to: http://${settings.listen}:${port}`);
}

/** For the image's HEALTHCHECK: exit code 0 when the server answers. */
function health(): void {
  const { port } = readSettings([], process.env);
  const request = get({ host: '127.0.0.1', port, path: '/system_stats', timeout: 3_000 });
  request.on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
  request.on('timeout', () => process.exit(1));
  request.on('error', () => process.exit(1));
}

/** Run while the image is built: Node, its libraries and zlib work in it; makes the folders named. */
function selfCheck(): void {
  for (const folder of argv.filter((arg) => arg.startsWith('/'))) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o1777);
  }
  const png = encodePng(
    [drawDancer({ width: 64, height: 64 }, { frame: 0, frames: 1, seed: 1 })],
    1,
  );
  process.stdout.write(`Node ${process.versions.node} draws: ${png.length} bytes\n`);
}
