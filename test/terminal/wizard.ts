// The built wizard in a real pseudo-terminal, with a home of its own.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../src/contract/events.ts';
import { processLives, type RunRecord } from '../../src/runner/run-record.ts';
import { PtySession } from './harness/session.ts';

const main = join(import.meta.dirname, '../../dist/main.js');

export interface Size {
  columns?: number;
  rows?: number;
}

/** One person's home; several terminals may be open in it. */
export class Person {
  readonly home = mkdtempSync(join(tmpdir(), 'sd-home-'));
  readonly runs = join(this.home, 'own', 'runs');
  readonly #open: PtySession[] = [];

  /** Starts the program in a terminal of its own, under CI=true. */
  open(
    args: readonly string[],
    { columns = 80, rows = 24 }: Size = {},
    env: Record<string, string> = {},
  ): PtySession {
    const { DOCKER_HOST = '', DOCKER_CONFIG } = process.env;
    const session = new PtySession({
      file: process.execPath,
      args: [main, ...args],
      cwd: this.home,
      columns,
      rows,
      env: {
        HOME: this.home,
        STEADYDANCER_HOME: join(this.home, 'own'),
        DOCKER_HOST,
        ...(DOCKER_CONFIG ? { DOCKER_CONFIG } : {}),
        ...env,
      },
    });
    this.#open.push(session);
    return session;
  }

  /** The rehearsal on a port of this person's own: their profile goes before the shipped one. */
  rehearsesOn(port: number): void {
    const shipped = join(import.meta.dirname, '../../profiles/rehearsal.json');
    const profile = JSON.parse(readFileSync(shipped, 'utf8'));
    const own = { ...profile, choices: { ...profile.choices, port } };
    mkdirSync(join(this.home, 'own', 'profiles'), { recursive: true });
    writeFileSync(join(this.home, 'own', 'profiles', 'rehearsal.json'), JSON.stringify(own));
  }

  /** A file in this person's home. */
  write(name: string, text: string): void {
    writeFileSync(join(this.home, name), text);
  }

  /** A program of this person's own, first on PATH; gives the environment that finds it. */
  program(name: string, script: string): { PATH: string } {
    const bin = join(this.home, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { PATH: `${bin}:${process.env.PATH ?? ''}` };
  }

  /** The last run of this home; throws where there is none. */
  run(): { id: string; dir: string; record: RunRecord; events: Event[] } {
    const id = readdirSync(this.runs)
      .filter((name) => /^\d{8}-/.test(name))
      .sort()
      .at(-1);
    if (!id) throw new Error('no run was started');
    const dir = join(this.runs, id);
    const record = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as RunRecord;
    const lines = readFileSync(join(dir, 'events.ndjson'), 'utf8').split('\n');
    const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
    return { id, dir, record, events };
  }

  /** True while the last run's own process lives. */
  runLives(): boolean {
    const { record } = this.run();
    return processLives(record.pid, record.pidStartedAt);
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((session) => session.close()));
    rmSync(this.home, { recursive: true, force: true });
  }
}
