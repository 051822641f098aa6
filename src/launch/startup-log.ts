import { withoutColour } from '../text/sanitise.ts';

/** What one line of ComfyUI's log says while it starts. */
export type StartupFinding =
  | { kind: 'starting' }
  | { kind: 'gui'; url: string }
  | { kind: 'import-failed'; pack: string; text: string }
  | { kind: 'cannot-import'; pack: string; why: string; text: string }
  | { kind: 'prestartup-failed'; pack: string; text: string };

/** ComfyUI main.py and server.py, nodes.py: recorded with 0.3.64 (facts/steadydancer.md, start-up). */
const GUI = /To see the GUI go to:\s*(\S+)/;
const STARTING = /(?:^|\s)Starting server\s*$/;
const IMPORT_FAILED = /\(IMPORT FAILED\):?\s*(\S.*)$/;
const PRESTARTUP_FAILED = /\(PRESTARTUP FAILED\):?\s*(\S.*)$/;
const CANNOT_IMPORT = /Cannot import (\S.*?) module for custom nodes:\s*(.*)$/;

/** Reads one sanitised line; null when it says nothing that matters here. */
export function readStartupLine(line: string): StartupFinding | null {
  const text = withoutColour(line).trimEnd();
  const gui = GUI.exec(text);
  if (gui) return { kind: 'gui', url: gui[1] ?? '' };
  if (STARTING.test(text)) return { kind: 'starting' };
  const cannot = CANNOT_IMPORT.exec(text);
  if (cannot) {
    return { kind: 'cannot-import', pack: packOf(cannot[1]), why: cannot[2] ?? '', text };
  }
  const failed = IMPORT_FAILED.exec(text);
  if (failed) return { kind: 'import-failed', pack: packOf(failed[1]), text };
  const prestartup = PRESTARTUP_FAILED.exec(text);
  if (prestartup) return { kind: 'prestartup-failed', pack: packOf(prestartup[1]), text };
  return null;
}

function packOf(path: string | undefined): string {
  return path?.trim().split('/').filter(Boolean).at(-1) ?? '';
}

const KEPT_LINES = 20;
/** The line of a crash that says the most: Python's last line of a traceback, or an error's first. */
const TELLING =
  /^(?:[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit)\b|fatal|error|OSError|Killed)/i;

/** Follows the start of a container by its log: is it up, and what were its last words. */
export class StartupLog {
  #ready = false;
  readonly #last: string[] = [];
  readonly #onFinding: (finding: StartupFinding) => void;

  constructor(onFinding: (finding: StartupFinding) => void = () => {}) {
    this.#onFinding = onFinding;
  }

  read(line: string): void {
    const text = withoutColour(line).trimEnd();
    if (text === '') return;
    this.#last.push(text);
    if (this.#last.length > KEPT_LINES) this.#last.shift();
    const finding = readStartupLine(text);
    if (!finding) return;
    if (finding.kind === 'gui' || finding.kind === 'starting') this.#ready = true;
    this.#onFinding(finding);
  }

  /** A line said that the server listens. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The last lines that were not empty, the oldest first. */
  get lastLines(): readonly string[] {
    return this.#last;
  }

  /** The last line, '' when there was none. */
  get lastLine(): string {
    return this.#last.at(-1) ?? '';
  }

  /** The line that tells why it ended, else the last one. */
  get tellingLine(): string {
    return this.#last.findLast((line) => TELLING.test(line)) ?? this.lastLine;
  }
}
