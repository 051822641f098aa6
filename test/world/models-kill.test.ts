import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { webOf } from '../../src/models/web.ts';
import { counting } from './hub/counting.ts';
import { type Hub, hubFile, startHub } from './hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';
import { bytesOf, seeded } from './hub/random.ts';

const SIZE = 24_000_000;
const LOST_AT_MOST = 8_000_000;
const file = hubFile(REPO, 'big.bin', bytesOf(77, SIZE));

/** Where a child says how many bytes reached it: beside its folder. */
const countFile = (folder: string) => `${folder}.count`;

function start(
  hub: Hub,
  folder: string,
  count = countFile(folder),
): { child: ChildProcess; lines: AsyncIterable<string> } {
  const script = join(import.meta.dirname, 'hub', 'pull-child.ts');
  const models = JSON.stringify([wantedOf(file)]);
  const child = spawn(process.execPath, [script, hub.url, folder, models, count], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    lines: createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }),
  };
}

function received(folder: string): number {
  return existsSync(countFile(folder)) ? Number(readFileSync(countFile(folder), 'utf8')) : 0;
}

/** Resolves when so many bytes have reached the child. */
function receives(folder: string, bytes: number, child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (received(folder) >= bytes || child.exitCode !== null) resolve();
      else setTimeout(look, 2);
    };
    look();
  });
}

/** One kill and the pull after it; what went wrong, in words. */
async function killAt(point: number): Promise<string[]> {
  const hub = await startHub({ files: [file], bytesPerSecond: 2_500_000 });
  const folder = mkdtempSync(join(tmpdir(), 'sd-kill-'));
  let again = 0;
  const web = counting(webOf({}), (bytes) => {
    again += bytes;
  });
  try {
    const { child } = start(hub, folder);
    await receives(folder, point, child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const problems: string[] = [];
    const right = () => sha256(join(folder, 'big.bin')) === file.sha256;
    if (existsSync(join(folder, 'big.bin')) && !right()) problems.push(`${point}: wrong bytes`);
    const report = await pullFrom(hub, folder, [wantedOf(file)], { web });
    if (!report.ok) problems.push(`${point}: ${report.failure?.message}`);
    else if (!right()) problems.push(`${point}: wrong bytes after the second pull`);
    const twice = received(folder) + again - SIZE;
    if (twice > LOST_AT_MOST) problems.push(`${point}: ${twice} bytes were fetched twice`);
    if (filesIn(folder).length !== 2) problems.push(`${point}: ${filesIn(folder)} left`);
    return problems;
  } finally {
    await web.destroy();
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(countFile(folder), { force: true });
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
  const counts = scratch();
  const ends = await Promise.all(
    [1, 2]
      .map((n) => start(hub, folder, join(counts, String(n))))
      .map(async ({ lines }) => {
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

test('a file that another process finished while we asked the hub is not fetched again', async () => {
  const hub = await hubWith({ files: [file] });
  const folder = scratch();
  let finished = false;
  const report = await pullFrom(hub, folder, [wantedOf(file)], {
    emit: (event) => {
      // The hub has answered, our lock is not taken yet: the other one is done just now.
      if (event.type !== 'model' || event.state !== 'resolving' || !event.totalBytes) return;
      writeFileSync(join(folder, 'big.bin'), file.read(0, SIZE));
      finished = true;
    },
  });
  expect(finished).toBe(true);
  expect(report.files[0]?.state).toBe('present');
  expect(hub.sentBytes()).toBe(0);
});
