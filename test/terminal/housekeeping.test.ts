import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { freePort } from '../engine/program.ts';
import { restored } from './harness/session.ts';
import { choose, cursorRow, moveTo } from './menu.ts';
import { Person } from './wizard.ts';

const READY_MS = 60_000;

describeWithEngine('report, profiles and clean-up by keys, on a real engine', () => {
  let docker: Docker;
  let person: Person;

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, '/'));
  });
  beforeEach(() => {
    person = new Person();
  });
  afterEach(async () => {
    await person.close();
    await docker
      .getContainer('steadydancer-rehearsal')
      .remove({ force: true })
      .catch(() => {});
  });

  it('a run is reported with its first frame and kept as a profile; what it left is removed', async () => {
    const port = await freePort();
    person.rehearsesOn(port);
    const args = ['run', '--profile', 'rehearsal'];
    const report = person.open(args, {}, { COLORTERM: 'truecolor', NO_COLOR: '' });
    await report.waitFor('READY in', READY_MS);
    await report.waitFor(/▀{10}/);
    await report.waitFor('nothing replaced');
    // The last that is drawn: from here on the whole page is there.
    await report.waitFor(/Videos +\S+rehearsal_00001_\.png$[\s\S]*Enter finish/m);
    // Not one colour all over: it is the picture of the test video.
    const row = report.screen().findIndex((line) => line.includes('▀▀'));
    const colours = new Set<number>();
    for (let y = row; y < row + 10; y += 1) {
      for (let x = 1; x <= 10; x += 1) {
        const cell = report.terminal.buffer.active.getLine(y)?.getCell(x);
        expect(cell?.isFgRGB()).toBe(true);
        colours.add(cell?.getFgColor() ?? 0);
      }
    }
    expect(colours.size).toBeGreaterThan(2);
    report.type('s');
    await report.waitFor(/Name +rehearsal/);
    for (let at = 0; at < 'rehearsal'.length; at += 1) report.press('backspace');
    report.type('evening');
    await report.waitFor('run --profile evening');
    report.press('enter');
    await report.waitFor('Profile evening is saved');
    report.press('enter');
    expect((await report.waitForExit()).exitCode).toBe(0);
    expect(report.state()).toEqual(restored);
    const left = report.mainScreen().join('\n');
    expect(left).toContain('ComfyUI goes on running in container steadydancer-rehearsal');
    expect(left.replaceAll(/\s*\n\s*/g, '')).toContain(person.run().dir);
    const file = join(person.home, 'own', 'profiles', 'evening.json');
    expect(JSON.parse(readFileSync(file, 'utf8')).choices).toMatchObject({
      recipe: 'rehearsal',
      port,
    });

    const house = person.open([], { columns: 100, rows: 30 });
    await house.waitFor(`The rehearsal runs at http://127.0.0.1:${port}`, READY_MS);
    await choose(house, 'Profiles');
    await house.waitFor(/evening +yours +needs no GPU +not run yet/);
    await house.waitFor(/rehearsal +yours +needs no GPU +ok \d\d:\d\d/);
    if (!cursorRow(house).includes('evening')) await moveTo(house, 'evening');
    house.type('d');
    await house.waitFor('Delete the profile evening?');
    house.type('y');
    await house.waitFor('Profile evening is deleted');
    expect(existsSync(file)).toBe(false);
    house.press('escape');
    await house.waitFor('Check this computer');
    await choose(house, 'Clean up');
    await house.waitFor('Build contexts', READY_MS);
    const context = join(person.home, 'own', 'contexts');
    expect(statSync(context).isDirectory()).toBe(true);
    // This home's own only: the engine's cache is everybody's.
    await moveTo(house, 'Build contexts');
    house.type(' ');
    await house.waitFor('marked: 1');
    house.press('enter');
    await house.waitFor('Remove 1 build context');
    await house.waitFor('This cannot be undone.');
    house.type('y');
    await house.waitFor('Removed 1 of 1', READY_MS);
    house.type('q');
    expect((await house.waitForExit()).exitCode).toBe(0);
    expect(house.flicker().tall).toBe(0);
    expect(house.mainScreen().join('\n')).toContain('Removed 1 of 1');
  });
});
