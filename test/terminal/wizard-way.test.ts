import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { freePort } from '../engine/program.ts';
import { type PtySession, restored } from './harness/session.ts';
import { choose, moveTo } from './menu.ts';
import { Person } from './wizard.ts';

const READY_MS = 60_000;
const smooth = { tall: 0, clears: 0 };

describeWithEngine('the wizard by keys alone, on a real engine', () => {
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
    for (const name of ['steadydancer-rehearsal', 'steadydancer-evening']) {
      await docker
        .getContainer(name)
        .remove({ force: true })
        .catch(() => {});
    }
  });

  const toReview = async (pty: PtySession) => {
    await choose(pty, 'Rehearse only');
    await pty.waitFor('[Machine]');
    pty.press('enter');
    await pty.waitFor('[Review]', READY_MS);
    await pty.waitFor(/[❯>] Start/, READY_MS);
  };

  it('an answer is changed, saved as a profile, and rerun headless with the same plan', async () => {
    const port = await freePort();
    const pty = person.open([]);
    await toReview(pty);
    // The address's line opens the options; the port is typed, a wrong one is refused meanwhile.
    await choose(pty, 'Address');
    await pty.waitFor('[Options]');
    await moveTo(pty, 'Port');
    pty.press('enter');
    await pty.waitFor('take it');
    for (let digit = 0; digit < 4; digit += 1) pty.press('backspace');
    pty.type('0');
    await pty.waitFor('port takes a whole number');
    pty.press('enter');
    pty.press('backspace');
    pty.type(`${port}`);
    await pty.waitFor(`${port}`);
    pty.press('enter');
    await choose(pty, 'Next');
    await pty.waitFor(`http://127.0.0.1:${port}`, READY_MS);
    await pty.waitFor('changed and not saved');
    pty.type('e');
    await pty.waitFor('Under which name?');
    for (let at = 0; at < 'rehearsal'.length; at += 1) pty.press('backspace');
    pty.type('Evening');
    await pty.waitFor('a-z, 0-9, dot');
    for (let at = 0; at < 'Evening'.length; at += 1) pty.press('backspace');
    pty.type('evening');
    await pty.waitFor('run --profile evening');
    pty.press('enter');
    await pty.waitFor(/Profile +evening$/m);
    pty.type('s');
    await pty.waitFor('READY in', READY_MS);
    expect(pty.flicker()).toEqual(smooth);
    pty.press('enter');
    expect((await pty.waitForExit()).exitCode).toBe(0);
    expect(pty.state()).toEqual(restored);
    const byWizard = person.run();
    expect(byWizard.record.profile).toBe('evening');

    const file = join(person.home, 'own', 'profiles', 'evening.json');
    expect(JSON.parse(readFileSync(file, 'utf8')).choices).toMatchObject({
      recipe: 'rehearsal',
      port,
    });
    const headless = person.open(['run', '--profile', 'evening', '--yes', '--json'], {
      columns: 200,
    });
    expect((await headless.waitForExit(READY_MS)).exitCode).toBe(0);
    const byProfile = person.run();
    expect(byProfile.id).not.toBe(byWizard.id);
    expect(digestOf(byProfile)).toBe(digestOf(byWizard));
    expect(digestOf(byProfile)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('Esc leads back with all answers, and each page is drawn anew at each size', async () => {
    const pty = person.open([], { columns: 120, rows: 40 });
    await toReview(pty);
    await choose(pty, 'Videos in');
    await pty.waitFor('[Folders]');
    for (const [columns, rows] of [
      [40, 15],
      [80, 24],
    ] as const) {
      await pty.resize(columns, rows);
      expect(pty.screen()).toHaveLength(rows);
      await pty.waitFor('Videos folder'.slice(0, 10));
    }
    pty.press('escape');
    await pty.waitFor('[Review]');
    await pty.resize(40, 15);
    await pty.waitFor('Start');
    pty.press('escape');
    await pty.waitFor('[Machine]');
    await pty.resize(80, 24);
    pty.press('escape');
    await pty.waitFor('Rehearse only');
    expect(pty.flicker().tall).toBe(0);
    pty.type('q');
    expect((await pty.waitForExit()).exitCode).toBe(0);
    expect(pty.state()).toEqual(restored);
    expect(pty.mainScreen().join('\n')).toContain('Nothing was started or changed.');
  });
});

function digestOf({ events }: ReturnType<Person['run']>): string {
  const started = events.find(({ type }) => type === 'run.started');
  return started?.type === 'run.started' ? started.planDigest : '';
}
