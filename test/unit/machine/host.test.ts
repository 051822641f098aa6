import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupMemory } from '../../../src/machine/cgroup.ts';
import { distroOf, memoryOf, observeHost } from '../../../src/machine/host.ts';
import { fakeFile, scratch } from './fakes.ts';

let dir: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ dir, remove } = await scratch());
});
afterEach(() => remove());

const meminfo =
  'MemTotal:       65859604 kB\nMemFree:        11111111 kB\nMemAvailable:   60000000 kB\nSwapTotal:       8388604 kB\n';
const allCapabilities = 'CapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\n';
/** What Docker leaves a container by default (moby oci/caps/defaults.go). */
const dockerDefault = 'CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n';

describe('the host', () => {
  it('is a machine of its own', async () => {
    await fakeFile(dir, 'proc/meminfo', meminfo);
    await fakeFile(dir, 'etc/os-release', 'ID=pop\nID_LIKE="ubuntu debian"\n');
    await fakeFile(dir, 'run/systemd/system/x', '');
    await fakeFile(dir, 'sys/module/apparmor/parameters/enabled', 'Y\n');
    expect(
      await observeHost({ env: { HOME: '/home/mia' }, platform: 'linux', root: dir }),
    ).toMatchObject({
      wslDistro: null,
      container: null,
      podId: null,
      memoryBytes: 65859604 * 1024,
      memoryFreeBytes: 60000000 * 1024,
      swapBytes: 8388604 * 1024,
      home: '/home/mia',
      ssh: false,
      distro: ['pop', 'ubuntu', 'debian'],
      systemd: true,
      confinement: ['apparmor'],
    });
  });

  it.each([
    ['by its variable', { WSL_DISTRO_NAME: 'Ubuntu-24.04' }, '', 'Ubuntu-24.04'],
    ['by its kernel under sudo', {}, 'Linux version 5.15.167.4-microsoft-standard-WSL2', 'WSL'],
    ['not at all', {}, 'Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)', null],
  ])('knows WSL %s', async (_name, env, kernel, wslDistro) => {
    await fakeFile(dir, 'proc/version', kernel);
    expect(await observeHost({ env, root: dir })).toMatchObject({ wslDistro });
  });

  it.each([
    ['a Runpod pod', { RUNPOD_POD_ID: 'k3x9f2' }, dockerDefault, true, 'pod'],
    ['a container without rights', {}, dockerDefault, true, 'unprivileged'],
    ['a privileged container', {}, allCapabilities, true, 'privileged'],
    [
      'a Kubernetes pod',
      { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      dockerDefault,
      false,
      'unprivileged',
    ],
    ['a machine', {}, allCapabilities, false, null],
  ])('knows %s', async (_name, env, status, marked, container) => {
    await fakeFile(dir, 'proc/self/status', status);
    if (marked) await fakeFile(dir, '.dockerenv', '');
    expect(await observeHost({ env, root: dir })).toMatchObject({ container });
  });

  it('knows an ssh session', async () => {
    const env = { SSH_CONNECTION: '10.0.0.2 51234 10.0.0.1 22' };
    expect(await observeHost({ env, root: dir })).toMatchObject({ ssh: true });
  });

  it.runIf(process.getuid?.() === 0)('is the caller of sudo, whose home passwd knows', async () => {
    const env = { SUDO_UID: '1000', SUDO_GID: '1001', SUDO_USER: 'mia', HOME: '/root' };
    const asked: string[][] = [];
    const processes = {
      run: async (file: string, args: readonly string[]) => {
        asked.push([file, ...args]);
        const stdout = 'mia:x:1000:1001:Mia,,,:/home/mia:/bin/bash\n';
        return { exitCode: 0, stdout, stderr: '', timedOut: false };
      },
      start: () => {
        throw new Error('not used');
      },
    };
    expect(await observeHost({ env, root: dir }, processes)).toMatchObject({
      uid: 1000,
      gid: 1001,
      user: 'mia',
      home: '/home/mia',
    });
    expect(asked).toEqual([['getent', 'passwd', 'mia']]);
  });
});

describe('memory', () => {
  it('is the limit of the group where that is lower', async () => {
    await fakeFile(dir, 'proc/self/cgroup', '0::/user.slice/a\n');
    await fakeFile(dir, 'sys/fs/cgroup/user.slice/a/memory.max', '8589934592\n');
    await fakeFile(dir, 'sys/fs/cgroup/user.slice/a/memory.current', '1073741824\n');
    const cgroup = await cgroupMemory(dir);
    expect(cgroup).toEqual({ limitBytes: 8 * 2 ** 30, usedBytes: 2 ** 30 });
    expect(memoryOf(meminfo, cgroup)).toMatchObject({
      memoryBytes: 8 * 2 ** 30,
      memoryFreeBytes: 7 * 2 ** 30,
    });
  });

  it.each([
    ['v2 without a limit', 'sys/fs/cgroup/memory.max', 'max'],
    ['v1 without a limit', 'sys/fs/cgroup/memory/memory.limit_in_bytes', '9223372036854771712'],
  ])('has no limit: %s', async (_name, path, text) => {
    await fakeFile(dir, path, `${text}\n`);
    expect(await cgroupMemory(dir)).toBeNull();
  });

  it('reads a v1 limit', async () => {
    await fakeFile(dir, 'proc/self/cgroup', '4:memory:/docker/abc\n');
    await fakeFile(dir, 'sys/fs/cgroup/memory/memory.limit_in_bytes', '4294967296\n');
    expect(await cgroupMemory(dir)).toEqual({ limitBytes: 2 ** 32, usedBytes: 0 });
  });

  it('is never negative and never above the machine, whatever /proc says', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (text, limitBytes, usedBytes) => {
        const memory = memoryOf(meminfo + text, { limitBytes, usedBytes });
        expect(memory.memoryFreeBytes).toBeGreaterThanOrEqual(0);
        expect(memory.memoryBytes).toBeLessThanOrEqual(65859604 * 1024);
      }),
    );
  });
});

it('reads os-release with and without quotes', () => {
  expect(distroOf('NAME="Fedora Linux"\nID=fedora\n')).toEqual(['fedora']);
  expect(distroOf("ID='opensuse-leap'\nID_LIKE='suse opensuse'")).toEqual([
    'opensuse-leap',
    'suse',
    'opensuse',
  ]);
});
