import { constants, openSync, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';

/** What a person writes by hand, or an editor saves, has kilobytes. */
const TEXT_BYTES = 16 * 1024 * 1024;

/**
 * Looks at a file that a person named, before it is opened: opening a named pipe waits for who writes
 * to it, in a thread that no signal ends, and a device may never end.
 * @throws ErrnoException of the file system; code ENOTFILE for a pipe, a socket, a device; EISDIR
 */
export async function plainFile(path: string): Promise<Stats> {
  const found = await stat(path);
  if (found.isFile()) return found;
  throw refused(path, found);
}

/** A file as {@link plainFile} has it, or the shell's own pipe, `<(…)`: it is open already, and ends. */
export async function plainFileOrShellPipe(path: string): Promise<Stats> {
  const found = await stat(path);
  if (found.isFile() || isShellPipe(path, found)) return found;
  throw refused(path, found);
}

/**
 * A person's text, a manifest or a workflow: from a plain file or the shell's own pipe, with an end.
 * @throws what {@link plainFileOrShellPipe} throws; EFBIG over 16 MB; the signal's reason
 */
export async function readPlainText(path: string, signal?: AbortSignal): Promise<string> {
  const found = await plainFileOrShellPipe(path);
  signal?.throwIfAborted();
  if (found.size > TEXT_BYTES) throw fault('EFBIG', `${path} has ${found.size} bytes`);
  if (found.isFile()) return readFile(path, { encoding: 'utf8', ...(signal ? { signal } : {}) });
  return readPipe(path, signal);
}

/** What an error of these functions says to a person, after "…: "; the code stands behind it. */
export function whyUnreadable(error: unknown): string {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'it is not there',
    ENOTDIR: 'its folder is not a folder',
    EISDIR: 'it is a folder',
    ENOTFILE: 'it is a pipe, a socket or a device, not a plain file',
    EFBIG: 'it is far too large',
    EACCES: 'this user may not read it',
    ELOOP: 'its links go in a circle',
  };
  return words[code] ? `${words[code]} (${code})` : code === 'unknown' ? message : code;
}

/** Without a thread that waits: whoever writes may take their time, and a signal still ends it. */
async function readPipe(path: string, signal?: AbortSignal): Promise<string> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: true, writable: false });
  const stop = () => pipe.destroy(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of pipe as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes > TEXT_BYTES) throw fault('EFBIG', `${path} goes on after ${bytes} bytes`);
    }
    return Buffer.concat(parts).toString('utf8');
  } finally {
    signal?.removeEventListener('abort', stop);
    pipe.destroy();
  }
}

function isShellPipe(path: string, found: Stats): boolean {
  return found.isFIFO() && /^\/(?:dev\/(?:fd\/|stdin$)|proc\/(?:self|\d+)\/fd\/)/.test(path);
}

function refused(path: string, found: Stats): NodeJS.ErrnoException {
  return found.isDirectory()
    ? fault('EISDIR', `${path} is a folder`)
    : fault('ENOTFILE', `${path} is a pipe, a socket or a device, not a plain file`);
}

function fault(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
