// Containers and Dockerfiles that break on purpose, on top of the rehearsal image. No network, no real
// package: the image gets this machine's /bin/sh and a python3 that installs by making a file.
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { expect } from 'vitest';
import { Program } from '../engine/program.ts';
import type { PtySession } from './harness/session.ts';
import type { Person } from './wizard.ts';

/** Beyond what any step of these tests takes on a loaded machine. */
export const LONG_MS = 90_000;

/** The rehearsal image, built once in a home of its own. */
export async function rehearsalImage(): Promise<string> {
  const program = new Program();
  const { result } = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
  expect(result.ok, result.summary).toBe(true);
  return result.image?.ref ?? '';
}

/** A build context; Dockerfile lines come after `FROM base` and the shell. */
export function context(person: Person, base: string, lines: string[], start: string): string {
  const dir = join(person.home, 'image');
  mkdirSync(dir, { recursive: true });
  copyFileSync(realpathSync('/bin/sh'), join(dir, 'sh'));
  // What pip does for this test: the package is there afterwards.
  const pip =
    '#!/bin/sh\n[ "$1 $2 $3" = "-m pip install" ] || exit 1\nshift 4\n: >"/packages/$1"\n';
  writeFileSync(join(dir, 'python3'), pip, { mode: 0o755 });
  writeFileSync(join(dir, 'keep'), '');
  writeFileSync(join(dir, 'start.sh'), start);
  writeFileSync(
    join(dir, 'Dockerfile'),
    [
      `FROM ${base}`,
      'COPY sh /bin/sh',
      'COPY python3 /usr/bin/python3',
      'COPY keep /packages/keep',
      'COPY start.sh /start.sh',
      ...lines,
      'ENTRYPOINT ["/bin/sh", "/start.sh"]',
    ].join('\n'),
  );
  return dir;
}

/** How the rehearsal image starts its server, as a line of a shell. */
export async function serverCommand(docker: Docker, base: string): Promise<string> {
  const { Config } = await docker.getImage(base).inspect();
  const words = [Config.Entrypoint ?? [], Config.Cmd ?? []].flat();
  return `exec ${words.join(' ')}`;
}

/** From the failure page through a fix by keys: Enter shows it, the key applies it. */
export async function applyFirst(
  pty: PtySession,
  title: string | RegExp,
  key: 'y' | 'enter',
): Promise<void> {
  await pty.waitFor('What next?', LONG_MS);
  await pty.waitFor(title, LONG_MS);
  pty.press('enter');
  await pty.waitFor('go on', LONG_MS);
  if (key === 'y') pty.type('y');
  else await pressUntil(pty, () => !pty.text().includes('p commands'));
}

/** Enter is dead just after a page appears: presses again until it counted. */
export async function pressUntil(pty: PtySession, done: () => boolean): Promise<void> {
  await expect
    .poll(
      () => {
        if (!done()) pty.press('enter');
        return done();
      },
      { interval: 500, timeout: 15_000 },
    )
    .toBe(true);
}

/** A letter is dead just after a question appears: types it again while that is on the screen. */
export async function typeWhile(pty: PtySession, letter: string, shown: string): Promise<void> {
  await expect
    .poll(
      () => {
        const there = pty.text().includes(shown);
        if (there) pty.type(letter);
        return there;
      },
      { interval: 900, timeout: 15_000 },
    )
    .toBe(false);
}

/** The number of the last run's try, and how it ended. */
export function triedAgain(person: Person): { attempt: number | undefined; ok: boolean } {
  const { events } = person.run();
  const started = events.find(({ type }) => type === 'run.started');
  const last = events.at(-1);
  return {
    attempt: started?.type === 'run.started' ? started.continues?.attempt : undefined,
    ok: last?.type === 'result' && last.ok,
  };
}
