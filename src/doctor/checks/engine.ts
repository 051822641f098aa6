import type { ReadyEngine } from '../../machine/types.ts';
import { formatMemory } from '../../text/format.ts';
import { type Check, type CheckContext, type Finding, ok, skip, warn } from '../types.ts';

/** Everything below the first row needs an engine that answers. */
const withEngine =
  (look: (engine: ReadyEngine, context: CheckContext) => Finding) => (context: CheckContext) => {
    const { engine } = context.machine;
    return engine.state === 'ready' ? look(engine, context) : skip('needs Docker');
  };

export const engineChecks: readonly Check[] = [
  {
    id: 'engine',
    title: 'Docker',
    group: 'engine',
    look: ({ machine: { engine } }) => {
      if (engine.state !== 'ready') {
        const fix = engine.fixes[0];
        const detail = `${engine.sentence} (${engine.proof})`;
        return { status: 'fail', detail, ...(fix ? { fix } : {}) };
      }
      const kind = engine.podman ? 'Podman' : engine.desktop ? 'Docker Desktop, Engine' : 'Engine';
      const where = engine.endpoint.context ? `, context ${engine.endpoint.context}` : '';
      return ok(`${kind} ${engine.version}, API ${engine.apiVersion}${where}`);
    },
  },
  {
    id: 'engine-version',
    title: 'Engine version',
    group: 'engine',
    look: withEngine((engine) => {
      if (engine.podman) {
        return warn(
          'Podman answers here. It builds, but its Docker API does not hand out GPUs reliably.',
        );
      }
      // BuildKit as the API offers it is complete from 20.10 on (moby docs/api/version-history.md).
      const [major = 0, minor = 0] = engine.version.split('.').map(Number);
      const fits = major > 20 || (major === 20 && minor >= 10);
      return fits
        ? ok(`${engine.version}; 20.10 or newer is needed, nothing to update`)
        : { status: 'fail', detail: `${engine.version}; 20.10 or newer is needed` };
    }),
  },
  {
    id: 'buildx',
    title: 'Builder',
    group: 'engine',
    look: withEngine(({ buildx }) => {
      if (buildx === null) return ok("no buildx; the engine's own BuildKit builds");
      const [major = 0, minor = 0] = buildx.split('.').map(Number);
      return major > 0 || minor >= 12
        ? ok(`buildx ${buildx}`)
        : ok(`buildx ${buildx} is older than 0.12; the engine's own BuildKit builds`);
    }),
  },
  {
    id: 'engine-platform',
    title: 'Platform',
    group: 'engine',
    look: withEngine((engine) => {
      const platform = `${engine.os}/${engine.arch}`;
      return engine.arch === 'amd64'
        ? ok(platform)
        : warn(`${platform}: an image for linux/amd64 is built by emulation, 2-4 times longer`);
    }),
  },
  {
    id: 'engine-storage',
    title: 'Image store',
    group: 'engine',
    look: withEngine(({ storageDriver, imageStore, rootDir }) => {
      const at = `${storageDriver}, ${rootDir}`;
      if (storageDriver === 'vfs') {
        return warn(`${at}: vfs copies every layer whole; an image of 11 GB takes many times that`);
      }
      return imageStore === 'containerd'
        ? ok(`${at}; containerd's store keeps a compressed copy as well (about 6 GB more)`)
        : ok(at);
    }),
  },
  {
    id: 'engine-folders',
    title: 'Folders for containers',
    group: 'engine',
    look: withEngine((engine, { machine: { host } }) => {
      if (engine.endpoint.remote) {
        return warn('Docker is on another computer: folders of this one cannot be mounted');
      }
      // Facts docker-gpu.md §7: the snap is confined to the home folder.
      if (engine.snap) {
        return warn(`Docker is a snap: it sees only ${host.home}; keep models and output there`);
      }
      return ok(engine.rootless ? 'rootless: files become yours' : 'folders can be mounted');
    }),
  },
  {
    id: 'engine-memory',
    title: 'Memory for containers',
    group: 'engine',
    look: withEngine((engine) => {
      const total = formatMemory(engine.memoryBytes);
      if (engine.warnings?.some((text) => /No memory limit support/i.test(text))) {
        return warn(`${total}, but this kernel keeps no memory limits for containers`);
      }
      return ok(`${total}, ${engine.cpus} processors`);
    }),
  },
  {
    id: 'clock',
    title: 'Clock',
    group: 'engine',
    look: withEngine(({ clockSkewMs, endpoint }) => {
      if (clockSkewMs === undefined || clockSkewMs === null) return skip('the engine says no time');
      const seconds = Math.round(Math.abs(clockSkewMs) / 1000);
      if (seconds < 60) return ok('Docker and this computer agree');
      const detail = `Docker's clock is ${seconds} s off: certificates and apt fail by that`;
      return endpoint.url.startsWith('unix:')
        ? warn(detail, { label: 'Set the clock of WSL', command: 'sudo hwclock -s' })
        : warn(detail);
    }),
  },
];
