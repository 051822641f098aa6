import { homedir, userInfo } from 'node:os';

/** What a command may touch of its own process. `commands/` prints; nothing below it does. */
export interface Io {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Home folder of the account that the program runs under. */
  home: string;
  /** True when words may be drawn over: a terminal on stdin and stdout. */
  interactive: boolean;
  /** One line on stdout: JSON documents and asked-for output. */
  out(line: string): void;
  /** One line on stderr: words for a person. */
  say(line: string): void;
}

export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    // HOME can be set to nothing; the account still has a home.
    home: homedir() || userInfo().homedir,
    interactive: process.stdout.isTTY === true && process.stdin.isTTY === true,
    out: (line) => void process.stdout.write(`${line}\n`),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
}

/** Prints a document as JSON alone on stdout. */
export function outJson(io: Io, document: unknown): void {
  io.out(JSON.stringify(document));
}
