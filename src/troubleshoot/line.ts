import { redact } from '../text/redact.ts';
import { sanitiseLine, withoutColour } from '../text/sanitise.ts';

/** A line as the failing program printed it, and where it stood. */
export interface PlainLine {
  text: string;
  /** BuildKit's step number (`#12`). */
  step?: string;
}

// CSI, OSC and single escapes (ECMA-48). The cheap form, for matching; display goes through text/.
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_]|[ -/][0-~])/g;

export function stripEscapes(text: string): string {
  return text.includes('\x1b') ? text.replace(escapes, '') : text;
}

/** A line for display: no control character, no colour, no secret. */
export function displayLine(text: string): string {
  return redact(withoutColour(sanitiseLine(text)));
}

/**
 * What other programs put before a line: `gh run view --log` (job, step), ISO timestamps (docker
 * logs -t, GitHub Actions, kubectl), CRI's stream, syslog, docker compose, workflow commands,
 * docker build's terminal mode, and the seconds in BuildKit's quoted block.
 */
const byTab = /^[^\t]{1,80}\t[^\t]{1,80}\t(?=\S)/;
const byDigit = [
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,:]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?:? /,
  /^\d+\.\d{1,3} (?=\S)/,
];
const byLetter = [
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w.@/-]+(?:\[\d+\])?: /,
  /^[A-Za-z][\w.-]* +\| /,
  /^(?:stdout|stderr) [FP] /,
];
const bySign = [
  /^##\[(?:error|warning|debug|notice|command|group)\]/,
  /^::(?:error|warning)[^:]*::/,
  /^ *=> => # /,
];
const numbered = /^#(\d+) (?:\d+\.\d+ )?/;

/** Prefixes that can begin with this character: most lines have none, and are not searched. */
function prefixesFor(first: number): RegExp[] {
  if ((first >= 48 && first <= 57) || first === 91) return byDigit;
  if ((first >= 65 && first <= 90) || (first >= 97 && first <= 122)) return byLetter;
  return bySign;
}

/** Takes off what stands before the program's own words. */
export function plainLine(raw: string): PlainLine {
  let text = stripEscapes(raw);
  let step: string | undefined;
  if (text.includes('\t')) text = text.replace(byTab, '');
  for (let round = 0; round < 3; round++) {
    const before = text;
    for (const prefix of prefixesFor(text.charCodeAt(0))) text = text.replace(prefix, '');
    const inStep = text.startsWith('#') ? numbered.exec(text) : null;
    if (inStep) {
      step ??= inStep[1];
      text = text.slice(inStep[0].length);
    }
    if (text === before) break;
  }
  return step === undefined ? { text } : { text, step };
}

// A command that is shown, not run: step headings, Dockerfile excerpts, `set -x` traces.
const shownCommand =
  /^(?:\[[^\]]+\] (?:RUN|COPY|ADD|FROM|WORKDIR|ENV|CMD|ENTRYPOINT) |Step \d+\/\d+ : |> \[[^\]]+\] | *\d+ \| |\++ \w|Run \S|--> |STEP \d+)/;
// The command that an error quotes.
const quotedCommand =
  /(process ".*" did not complete|executor failed running \[.*\]: |The command '.*' returned a non-zero|building at STEP ".*": while)/s;

/** True where a line only shows a command: words in it are not an outcome. */
export function isShownCommand(text: string): boolean {
  return shownCommand.test(text.trimStart()) || /^\s*\d+ \| /.test(text);
}

/** Replaces the command that an error line quotes by its bare frame. */
export function withoutQuotedCommand(text: string): string {
  if (!/did not complete|executor failed|returned a non-zero|building at STEP/.test(text))
    return text;
  return text.replace(quotedCommand, (whole) =>
    whole
      .replace(/process ".*" did/s, 'process did')
      .replace(/running \[.*\]: /s, 'running: ')
      .replace(/command '.*' returned/s, 'command returned')
      .replace(/STEP ".*": while/s, 'STEP: while'),
  );
}
