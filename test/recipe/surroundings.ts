// What of the internet a build can have here, and the build context that fits it.
import { copyFileSync, cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';

/** Does the host answer at all? A build would get no further than this process. */
export async function reaches(address: string): Promise<boolean> {
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(10_000) });
    return true;
  } catch {
    return false;
  }
}

/** docker/ as it is, with the authorities that this machine's network needs in certs/. */
export function buildContext(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sd-recipe-context-'));
  cpSync(join(import.meta.dirname, '../../docker'), folder, { recursive: true });
  const authorities = [process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE].find(
    (file) => file !== undefined && existsSync(file),
  );
  if (authorities) copyFileSync(authorities, join(folder, 'certs', 'machine.crt'));
  return folder;
}
