import { lchownSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who called sudo. */
export interface Caller {
  uid: number;
  gid: number;
}

/** The person who called sudo; null where nobody did, and for root who called it. */
export function sudoCaller(
  env: NodeJS.ProcessEnv = process.env,
  uid: number | undefined = process.getuid?.(),
): Caller | null {
  const caller = { uid: Number(env.SUDO_UID), gid: Number(env.SUDO_GID) };
  const known = isId(caller.uid) && isId(caller.gid);
  return uid === 0 && known && caller.uid !== 0 && env.SUDO_UID ? caller : null;
}

function isId(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

/**
 * Home folder of an account as passwd(5) has it; null for one that is not in the file. sudo sets
 * HOME to root's (env_reset in sudoers(5)), where nothing of the person is.
 */
export function homeOfUid(uid: number, passwd = readPasswd()): string | null {
  const entry = passwd.split('\n').find((line) => line.split(':')[2] === String(uid));
  return entry?.split(':')[5] || null;
}

/**
 * Gives what root made below a folder to the person who called sudo, links themselves and not what
 * they lead to. What cannot be given stays as it is: nobody's work depends on it.
 */
export function giveToCaller(path: string, caller: Caller | null = sudoCaller()): void {
  if (!caller) return;
  try {
    const entry = lstatSync(path);
    if (entry.uid === 0) lchownSync(path, caller.uid, caller.gid);
    if (entry.isDirectory()) {
      for (const name of readdirSync(path)) giveToCaller(join(path, name), caller);
    }
  } catch {
    // Gone meanwhile, or on a filesystem that knows no owners.
  }
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}
