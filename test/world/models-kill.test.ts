import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { type Hub, hubFile, startHub } from './hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';
import { bytesOf, seeded } from './hub/random.ts';

const SIZE = 24_000_000;
const LOST_AT_MOST = 8_000_000;
const file = hubFile(REPO, 'big.bin', bytesOf(77, SIZE));

function start(hub: Hub, folder: string): { child: ChildProcess; lines: AsyncIterable<string> } {
  const script = join(import.meta.dirname, 'hub', 'pull-child.ts');
  const models = JSON.stringify([wantedOf(file)]);
  const child = spawn(process.execPath, [script, hub.url, folder, models], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    lines: createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }),
  };
}

/** Resolves when the hub has sent so many bytes. */
function sentReaches(hub: Hub, bytes: number, child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (hub.sentBytes() >= bytes || child.exitCode !== null) resolve();
      else setTimeout(look, 2);
    };
    look();
  });
}

/** One kill and the pull after it; what went wrong, in words. */
async function killAt(point: number): Promise<string[]> {
  const hub = await startHub({ files: [file], bytesPerSecond: 2_500_000 });
  const folder = mkdtempSync(join(tmpdir(), 'sd-kill-'));
  try {
    const { child } = start(hub, folder);
    await sentReaches(hub, point, child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const problems: string[] = [];
    if (existsSync(join(folder, 'big.bin'))) problems.push(`${point}: a final name already`);
    const before = hub.sentBytes();
    const report = await pullFrom(hub, folder, [wantedOf(file)]);
    const lost = hub.sentBytes() - before - (SIZE - before);
    if (!report.ok) problems.push(`${point}: ${report.failure?.message}`);
    else if (sha256(join(folder, 'big.bin')) !== file.sha256)
      problems.push(`${point}: wrong bytes`);
    if (lost > LOST_AT_MOST) problems.push(`${point}: ${lost} bytes were fetched twice`);
    if (filesIn(folder).length !== 2) problems.push(`${point}: ${filesIn(folder)} left`);
    return problems;
  } finally {
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('killed at 20 points, a second pull loses at most 8 MB and ends right', async () => {
  const random = seeded(9);
  const points = Array.from({ length: 20 }, () => random.between(100_000, SIZE - 1_000_000));
  const problems: string[] = [];
  const worker = async () => {
    for (let point = points.pop(); point !== undefined; point = points.pop()) {
      problems.push(...(await killAt(point)));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(problems).toEqual([]);
});

test('two processes share a folder: one downloads, the other waits and finds the file', async () => {
  const hub = await hubWith({ files: [file], bytesPerSecond: 8_000_000 });
  const folder = scratch();
  const ends = await Promise.all(
    [start(hub, folder), start(hub, folder)].map(async ({ lines }) => {
      let last = '';
      for await (const line of lines) last = line;
      return JSON.parse(last);
    }),
  );
  expect(ends.map(({ states }) => states[0]).sort()).toEqual(['done', 'present']);
  expect(sha256(join(folder, 'big.bin'))).toBe(file.sha256);
  expect(hub.sentBytes()).toBeLessThan(1.2 * SIZE);
  expect(filesIn(folder)).toEqual(['big.bin', 'models.lock.json']);
});
