import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Debian package unpacked into a folder of its own (nothing is installed), or why it is not there. */
export type Unpacked = { dir: string } | { reason: string };

/** Unpacks a package of this machine's own distribution, by its own apt configuration. */
export function unpackPackage(name: string): Unpacked {
  return unpack(name, name, () => []);
}

/**
 * Unpacks a package of another Debian suite (`trixie`, `sid`), from the mirror that apt here is
 * configured for, with apt lists of its own: the machine's stay as they are.
 */
export function unpackFromSuite(name: string, suite: string): Unpacked {
  return unpack(name, `${name}-${suite}`, (folder) => {
    const mirror = debianMirror();
    if (mirror === null) throw new Error("apt's configuration names no Debian mirror");
    const state = join(folder, 'apt');
    mkdirSync(join(state, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(state, 'cache', 'archives', 'partial'), { recursive: true });
    const list = join(state, 'sources.list');
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const signed = existsSync(keyring) ? ` [signed-by=${keyring}]` : '';
    writeFileSync(list, `deb${signed} ${mirror} ${suite} main\n`);
    const options = [
      `Dir::Etc::sourcelist=${list}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${join(state, 'lists')}`,
      `Dir::Cache=${join(state, 'cache')}`,
      'Acquire::Languages=none',
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option]);
    apt([...options, 'update'], folder);
    return options;
  });
}

function unpack(name: string, key: string, prepare: (folder: string) => string[]): Unpacked {
  // Kept from one run of the tests to the next: the same package each time.
  const folder = join(tmpdir(), `steadydancer-test-package-${key}-${process.getuid?.() ?? 0}`);
  const dir = join(folder, 'files');
  if (existsSync(join(folder, 'complete'))) return { dir };
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    apt([...prepare(folder), 'download', name], folder);
    const deb = readdirSync(folder).find((file) => file.endsWith('.deb'));
    if (!deb) throw new Error('apt-get download left no .deb');
    execFileSync('dpkg-deb', ['-x', join(folder, deb), dir], { stdio: 'pipe' });
    writeFileSync(join(folder, 'complete'), deb);
    return { dir };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { reason: `${name} could not be had: ${reason.split('\n')[0]}` };
  }
}

function apt(args: string[], cwd: string): void {
  const ended = spawnSync('apt-get', ['-qq', ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 100_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (ended.error) throw ended.error;
  if (ended.status !== 0) throw new Error(ended.stderr.trim().split('\n').at(-1) ?? 'apt-get');
}

function debianMirror(): string | null {
  if (!existsSync('/etc/debian_version') || !/^ID=debian$/m.test(readOsRelease())) return null;
  const ended = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(COMPONENT)'], {
    encoding: 'utf8',
  });
  const line = (ended.stdout ?? '')
    .split('\n')
    .find((l) => /^\S+ main$/.test(l) && !/security/.test(l));
  return line?.split(' ')[0] ?? null;
}

function readOsRelease(): string {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}
