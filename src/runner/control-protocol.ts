import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';

/** What a front-end may say to a run over control.sock: one JSON value a line. */
export const controlMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('cancel'),
    /** Exit code by this signal; a person's `q` counts as SIGINT. */
    signal: z.enum(['SIGHUP', 'SIGINT', 'SIGTERM']).default('SIGINT'),
    /** Do not wait for anything to end cleanly. */
    force: z.boolean().default(false),
  }),
  z.object({ type: z.literal('answer'), id: z.string(), answer: z.string() }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('resume') }),
]);
export type ControlMessage = z.input<typeof controlMessageSchema>;

export type ControlReply = { ok: true } | { ok: false; why: string };

/** sun_path holds 108 bytes on Linux, 104 on macOS (unix(7)), the ending NUL included. */
const MAX_SOCKET_PATH = 103;

/**
 * Gives a path that a socket can be bound to or reached by, however long the run's folder is:
 * on Linux an over-long path is named through the folder's descriptor.
 */
export function withSocketPath<T>(path: string, use: (path: string, done: () => void) => T): T {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH || process.platform !== 'linux') {
    return use(path, () => {});
  }
  const fd = openSync(dirname(path), 'r');
  return use(`/proc/self/fd/${fd}/${basename(path)}`, () => closeSync(fd));
}
