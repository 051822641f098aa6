import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/contract/events.ts';
import { diagnose } from '../../../src/troubleshoot/diagnose.ts';
import { factsFromEvents } from '../../../src/troubleshoot/run-facts.ts';

const at = '2026-11-24T22:00:00.000Z';
const disk = (freeBytes: number): Event => ({
  v: 1,
  at,
  type: 'disk',
  place: 'docker',
  freeBytes,
  totalBytes: 500e9,
  bytesPerSecond: 0,
});

describe('facts of a run', () => {
  it('are read from its events', () => {
    const facts = factsFromEvents([
      disk(9e9),
      disk(100e6),
      disk(4e9),
      {
        v: 1,
        at,
        type: 'build.vertex',
        id: 'sha256:1',
        name: '[deps 3/6] RUN pip install torch',
        state: 'failed',
        cached: false,
        error:
          'process "/bin/sh -c pip install torch" did not complete successfully: exit code: 137',
      },
      { v: 1, at, type: 'phase.finished', phase: 'dependencies', ok: false, ms: 12 },
    ]);
    expect(facts).toEqual({
      phase: 'dependencies',
      step: '[deps 3/6] RUN pip install torch',
      exitCode: 137,
      disk: { docker: 100e6 },
    });
  });

  it('weigh more than words: a container that the kernel ended', async () => {
    const [first] = await diagnose(['Starting server\n'], {
      facts: { oomKilled: true, exitCode: 137 },
    });
    expect(first?.code).toBe('container-oom-killed');
  });

  it('tell a disk without inodes from a full one', async () => {
    const log = ['OSError: [Errno 28] No space left on device\n'];
    expect((await diagnose(log, { facts: { disk: { docker: 1e6 } } }))[0]?.code).toMatch(
      /^disk-full/,
    );
    expect((await diagnose(log, { facts: { disk: { docker: 80e9 } } }))[0]?.code).toBe(
      'disk-inodes',
    );
  });

  it('name a full disk where the log only has its consequences', async () => {
    const [first] = await diagnose(
      ['error: command failed\nProcess completed with exit code 1.\n'],
      {
        facts: { disk: { docker: 10e6 } },
      },
    );
    expect(first?.code).toBe('disk-full');
  });

  it('do not displace a clear cause', async () => {
    const [first] = await diagnose(
      ['E: Unable to locate package ffmpeg7\n', 'torch.OutOfMemoryError: CUDA out of memory\n'],
      {
        facts: { exitCode: 137, phase: 'smoke' },
      },
    );
    expect(first?.code).toBe('vram-exhausted');
  });
});
