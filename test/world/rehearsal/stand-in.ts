import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRehearsal } from '../../../src/rehearsal/app.ts';
import type { Fault } from '../../../src/rehearsal/settings.ts';

export interface StandIn {
  url: string;
  outDir: string;
  inputDir: string;
  log: string[];
  stop(): Promise<void>;
}

/** The rehearsal's server in this process, on a free port, with folders of its own. */
export async function startStandIn(fault: Fault = 'none'): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'sd-stand-in-'));
  const log: string[] = [];
  const [inputDir, outputDir] = [join(folder, 'input'), join(folder, 'output')];
  const rehearsal = createRehearsal(
    { listen: '127.0.0.1', port: 0, inputDir, outputDir, fault, argv: [] },
    (line) => log.push(line),
  );
  const port = await rehearsal.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    outDir: join(folder, 'fetched'),
    inputDir,
    log,
    stop: async () => {
      await rehearsal.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
