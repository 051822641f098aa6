import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProvedPins } from '../../../src/contract/update.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import {
  asShipped,
  goBack,
  pinsPath,
  readPins,
  readPinsFile,
  takePins,
} from '../../../src/profiles/pins-store.ts';
import { ProfileStore } from '../../../src/profiles/store.ts';

let home: string;
const of = () => ({ env: { STEADYDANCER_HOME: home }, home });
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-pins-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const set = (digit: string): ProvedPins => ({
  pins: { stack: 's', over: {}, commits: { kjnodes: digit.repeat(40) } },
  image: { ref: `steadydancer:${digit}`, id: `sha256:${digit}` },
  planDigest: digit,
  provedAt: '2026-11-25T00:00:00.000Z',
  runId: digit,
});

test('takes sets in order, keeps five to go back to, and ends with what is shipped', async () => {
  let before = asShipped;
  for (const digit of '123') {
    await takePins('mine', of(), set(digit), before, systemClock);
    before = set(digit);
  }
  expect(readPins('mine', of())).toEqual(set('3').pins);
  expect(readPins('other', of())).toBeNull();
  expect((await goBack('mine', of(), systemClock))?.current).toEqual(set('2'));
  expect((await goBack('mine', of(), systemClock))?.current).toEqual(set('1'));
  expect((await goBack('mine', of(), systemClock))?.current).toEqual(asShipped);
  expect(await goBack('mine', of(), systemClock)).toBeNull();
  for (const digit of '12345678') await takePins('mine', of(), set(digit), before, systemClock);
  expect(readPinsFile('mine', of()).earlier).toHaveLength(5);
  expect(readdirSync(join(home, 'profiles', 'pins'))).toEqual(['mine.json']);
});

test('a file that is not usable is named, and nothing is built from it silently', () => {
  const path = pinsPath(null, of());
  expect(readPinsFile(null, of()).current).toEqual(asShipped);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '{"v":1');
  expect(() => readPins(null, of())).toThrow(
    /updated pins at \S+steadydancer\.json are not usable/,
  );
});

test('pins go with their profile: renamed with it, gone with it', async () => {
  const store = new ProfileStore(of(), systemClock);
  await store.save('mine', {});
  await takePins('mine', of(), set('1'), asShipped, systemClock);
  await store.rename('mine', 'yours');
  expect(readPins('mine', of())).toBeNull();
  expect(readPins('yours', of())).toEqual(set('1').pins);
  await store.delete('yours');
  expect(existsSync(pinsPath('yours', of()))).toBe(false);
});
