import type { Choices } from '../contract/choices.ts';
import type { EventOf } from '../contract/events.ts';
import type { Pins } from '../contract/update.ts';
import { places } from '../profiles/places.ts';
import { beginRun } from '../runner/begin-run.ts';
import { newRunId } from '../runner/new-run.ts';
import type { Io } from './io.ts';
import { plainLine, resultLines } from './plain-lines.ts';
import { followRun } from './run-front.ts';
import { runRequest } from './run-options.ts';
import { SignalInbox } from './signal-inbox.ts';

/** Pins that are to be proved, with the choices that they are for. */
export interface Candidate {
  profile: string | null;
  choices: Choices;
  pins: Pins;
}

/** How the test of a candidate ended. */
export interface Proof {
  exitCode: number;
  /** One sentence. */
  summary: string;
  runId: string | null;
  /** null: none was made. */
  image: { ref: string; id: string } | null;
}

export type Prove = (candidate: Candidate, io: Io) => Promise<Proof>;

/** Longest name that a profile may have, less what is put behind it. */
const NAME_LENGTH = 63 - '-update'.length;

/**
 * A whole run of its own: built under the plan's own tag, started under a name of its own on the
 * next free port, tested, and removed. What runs under the profile's name is not touched.
 */
export const proveByRun: Prove = async ({ profile, choices, pins }, io) => {
  const inbox = new SignalInbox();
  try {
    const asked = runRequest({ yes: true, stopAfter: true }, io, newRunId(new Date()));
    const name = `${(profile ?? 'steadydancer').slice(0, NAME_LENGTH)}-update`;
    const request = { ...asked, profile: name, choices, pins };
    const run = await beginRun(places(io.env, io.home).runs, request, io.env);
    let result: EventOf<'result'> | null = null;
    const exitCode = await followRun(run, {
      onSignal: 'stop',
      inbox,
      print: (event) => {
        if (event.type === 'result') result = event;
        const lines = event.type === 'result' ? resultLines(event) : [plainLine(event)];
        for (const line of lines) if (line !== null) io.say(line);
      },
    });
    const ended = result as EventOf<'result'> | null;
    const image = ended?.image ? { ref: ended.image.ref, id: ended.image.id } : null;
    return { exitCode, summary: ended?.summary ?? '', runId: run.runId, image };
  } finally {
    inbox.close();
  }
};
