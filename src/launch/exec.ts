import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { withTimeLimit } from '../ports/time-limit.ts';
import { sanitiseLines } from '../text/sanitise.ts';
import { FrameReader } from './container-log.ts';

/** More of what a command says is not kept. */
const MAX_BYTES = 1e6;

export interface Executed {
  /** null: the engine could not tell. */
  exitCode: number | null;
  /** Both of its streams in the order they came, sanitised. */
  text: string;
}

/**
 * Runs a command beside what runs in a container. Its stdin stays open until it ends, the limit is
 * over or the signal aborts: the engine cannot stop such a process, one that reads its stdin ends
 * itself. Throws what the engine refuses, NoAnswer after `timeoutMs`, or the signal's reason.
 */
export async function execInside(
  container: Docker.Container,
  command: string[],
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Executed> {
  const exec = await container.exec({
    ...{ Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: true },
    abortSignal: signal,
  });
  const stream = await exec.start({ hijack: true, stdin: true, abortSignal: signal });
  try {
    const bytes = await withTimeLimit(() => outputOf(stream), { timeoutMs, signal });
    const { ExitCode: exitCode } = await exec.inspect({ abortSignal: signal });
    return { exitCode, text: sanitiseLines(bytes).join('\n') };
  } finally {
    stream.destroy();
  }
}

function outputOf(stream: Duplex): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  const frames = new FrameReader((_, payload) => {
    bytes += payload.length;
    if (bytes <= MAX_BYTES) kept.push(Buffer.from(payload));
  });
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => frames.push(chunk));
    stream.once('end', () => resolve(Buffer.concat(kept)));
    stream.once('close', () => resolve(Buffer.concat(kept)));
    stream.once('error', reject);
  });
}
