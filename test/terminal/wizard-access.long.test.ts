import type Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from '../engine/engine.ts';
import { freePort } from '../engine/program.ts';
import { Person } from './wizard.ts';

const READY_MS = 60_000;

describeWithEngine('the wizard in terminals that can less, on a real engine', () => {
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

  it.each([
    ['ASCII', { LANG: 'C', TERM: 'linux' }],
    ['a screen reader', { INK_SCREEN_READER: 'true' }],
  ])('to READY with %s', async (which, env) => {
    const port = await freePort();
    person.rehearsesOn(port);
    const rows = which === 'ASCII' ? 24 : 80;
    const pty = person.open([], { columns: 80, rows }, env);
    await pty.waitFor('Rehearse only', READY_MS);
    const here = which === 'ASCII' ? /^ > +Rehearse only/m : /selected: Rehearse only/;
    for (let row = 0; row < 8 && !here.test(pty.text()); row += 1) {
      const before = pty.text();
      pty.press('down');
      await expect.poll(() => pty.text()).not.toBe(before);
    }
    pty.press('enter');
    await pty.waitFor('[Machine]');
    pty.press('enter');
    await pty.waitFor(which === 'ASCII' ? '> Start' : 'selected: Start', READY_MS);
    pty.type('s');
    await pty.waitFor('READY in', READY_MS);
    if (which === 'ASCII') expect(pty.text()).toMatch(/^[\x20-\x7e\n]*$/);
    else expect(pty.state().alternateScreen).toBe(false);
    pty.press('enter');
    expect((await pty.waitForExit()).exitCode).toBe(0);
    expect(pty.mainScreen().join('\n')).toContain(`http://127.0.0.1:${port}`);
  });
});
