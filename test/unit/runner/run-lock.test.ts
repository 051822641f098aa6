import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockProfile } from '../../../src/runner/run-lock.ts';
import { processLives, processStartedAt } from '../../../src/runner/run-record.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sd-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('lockProfile', () => {
  it('keeps a second run out and names the first', () => {
    const unlock = lockProfile(dir, 'p', 'run-1');
    expect(() => lockProfile(dir, 'p', 'run-2')).toThrow(/Run run-1 of profile p is going on/);
    unlock();
    lockProfile(dir, 'p', 'run-3')();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('lets another profile run', () => {
    lockProfile(dir, 'a', 'run-1');
    expect(() => lockProfile(dir, 'b', 'run-2')).not.toThrow();
  });

  it('takes over the lock of a dead process', () => {
    const { pid } = spawnSync('true');
    writeFileSync(join(dir, 'p.lock'), JSON.stringify({ pid, pidStartedAt: '1', runId: 'old' }));
    const unlock = lockProfile(dir, 'p', 'new');
    unlock();
    expect(existsSync(join(dir, 'p.lock'))).toBe(false);
  });

  it('takes over a lock whose number belongs to another process now', () => {
    const held = { pid: process.pid, pidStartedAt: '1', runId: 'old' };
    writeFileSync(join(dir, 'p.lock'), JSON.stringify(held));
    expect(() => lockProfile(dir, 'p', 'new')).not.toThrow();
  });
});

describe('processLives', () => {
  it('knows this process and not an ended one', () => {
    expect(processLives(process.pid, processStartedAt(process.pid))).toBe(true);
    expect(processLives(spawnSync('true').pid, null)).toBe(false);
  });
});
