import { homedir, userInfo } from 'node:os';
import { homeOfUid, sudoCaller } from '../ports/sudo.ts';
import type { SignalInbox } from './signal-inbox.ts';

/** What a command may touch of its own process. `commands/` prints; nothing below it does. */
export interface Io {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Home folder of the person in front: under sudo of who called it. */
  home: string;
  /** True when words may be drawn over: a terminal on stdin and stdout. */
  interactive: boolean;
  /** Has taken signals since the program began, for a command that must not lose one. */
  signals?: SignalInbox;
  /** One line on stdout: JSON documents and asked-for output. */
  out(line: string): void;
  /** One line on stderr: words for a person. */
  say(line: string): void;
}

export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    home: personHome(),
    interactive: process.stdout.isTTY === true && process.stdin.isTTY === true,
    out: (line) => void process.stdout.write(`${line}\n`),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
}

function personHome(): string {
  const caller = sudoCaller();
  // HOME can be set to nothing; the account still has a home.
  return (caller && homeOfUid(caller.uid)) || homedir() || userInfo().homedir;
}

/** Prints a document as JSON alone on stdout. */
export function outJson(io: Io, document: unknown): void {
  io.out(JSON.stringify(document));
}
