import { spawn as spawnPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface PtyOptions {
  file: string;
  args?: readonly string[];
  cwd?: string;
  /** Added to a small fixed environment with CI=true: what a real terminal in a CI job looks like. */
  env?: Record<string, string>;
  columns?: number;
  rows?: number;
}

export interface Exit {
  exitCode: number;
  signal: number | null;
}

/** What a program that draws full-screen has to put back. */
export interface TerminalState {
  alternateScreen: boolean;
  cursorShown: boolean;
  mouse: string;
  bracketedPaste: boolean;
  applicationCursorKeys: boolean;
}

const keys = {
  enter: '\r',
  escape: '\x1b',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  tab: '\t',
  backspace: '\x7f',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  'ctrl-c': '\x03',
} as const;
export type Key = keyof typeof keys;

const WAIT_MS = 15_000;
const WRITTEN_KEPT = 1_000_000;
// Home and erase down, and the two ways of erasing the whole display (ECMA-48 ED).
const CLEAR = /\x1b\[(?:1;1)?H\x1b\[0?J|\x1b\[[23]J/g;

/** A program in a real pseudo-terminal, with a headless terminal that reads what it draws. */
export class PtySession {
  readonly #pty: ReturnType<typeof spawnPty>;
  readonly #terminal: xterm.Terminal;
  readonly exited: Promise<Exit>;
  #cursorShown = true;
  #scrolls = 0;
  #clears = 0;
  #title = '';
  #written = '';
  #changed: () => void = () => {};

  constructor(options: PtyOptions) {
    const { file, args = [], columns = 80, rows = 24 } = options;
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 5_000,
      allowProposedApi: true,
    });
    this.#watchModes();
    this.#terminal.onTitleChange((title) => {
      this.#title = title;
    });
    const path = process.env.PATH ?? '';
    const home = process.env.HOME ?? '/';
    this.#pty = spawnPty(file, [...args], {
      cols: columns,
      rows,
      cwd: options.cwd ?? process.cwd(),
      env: {
        PATH: path,
        HOME: home,
        TERM: 'xterm-256color',
        LANG: 'C.UTF-8',
        CI: 'true',
        ...options.env,
      },
    });
    this.#pty.onData((data) => {
      this.#clears += data.match(CLEAR)?.length ?? 0;
      this.#written = (this.#written + data).slice(-WRITTEN_KEPT);
      this.#terminal.write(data, () => this.#changed());
    });
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#terminal.write('', () => {
          resolve({ exitCode, signal: signal || null });
          this.#changed();
        });
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The rows that are shown now, without spaces at their ends. */
  screen(): string[] {
    const { active } = this.#terminal.buffer;
    return this.#read(active.baseY, this.#terminal.rows);
  }

  /** The lines of the main screen as they were written, what was scrolled away included. */
  mainScreen(): string[] {
    const { normal } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < normal.length; row++) {
      const line = normal.getLine(row);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return lines;
  }

  text(): string {
    return this.screen().join('\n');
  }

  /** Waits until the screen shows it; says what it shows instead when it does not come. */
  async waitFor(wanted: string | RegExp, timeoutMs = WAIT_MS): Promise<void> {
    const seen = () => {
      const text = this.text();
      return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
    };
    await this.#until(seen, timeoutMs, String(wanted));
  }

  async waitForExit(timeoutMs = WAIT_MS): Promise<Exit> {
    let exit: Exit | undefined;
    void this.exited.then((value) => {
      exit = value;
      this.#changed();
    });
    await this.#until(() => exit !== undefined, timeoutMs, 'the end of the program');
    return this.exited;
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  press(key: Key): void {
    this.#pty.write(keys[key]);
  }

  /**
   * Resizes the window and waits for a page of its width. A frame that was on its way meanwhile can
   * be taller than the new window, whoever draws: it does not count as flicker.
   */
  async resize(columns: number, rows: number): Promise<void> {
    const scrolls = this.#scrolls;
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
    // To its end: of the old page, cut at its right, a longer piece is left.
    await this.waitFor(new RegExp(`^ ?[─-]{${columns - 2}}$`, 'm'));
    this.#scrolls = scrolls;
  }

  /** As when the window is closed. */
  hangUp(): void {
    this.#pty.kill('SIGHUP');
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#pty.kill(signal);
  }

  state(): TerminalState {
    const { modes, buffer } = this.#terminal;
    return {
      alternateScreen: buffer.active.type === 'alternate',
      cursorShown: this.#cursorShown,
      mouse: modes.mouseTrackingMode,
      bracketedPaste: modes.bracketedPasteMode,
      applicationCursorKeys: modes.applicationCursorKeysMode,
    };
  }

  /** Times that the full-screen drawing scrolled (a frame taller than the terminal) or was cleared. */
  flicker(): { tall: number; clears: number } {
    return { tall: this.#scrolls, clears: this.#clears };
  }

  /** The window's title, as the program set it last. */
  title(): string {
    return this.#title;
  }

  /** What the program wrote last, byte for byte: what shows nowhere (a taskbar, a clipboard). */
  written(): string {
    return this.#written;
  }

  /** The terminal itself, for pictures. */
  get terminal(): xterm.Terminal {
    return this.#terminal;
  }

  /** Ends the program if it still runs. */
  async close(): Promise<void> {
    try {
      this.#pty.kill('SIGKILL');
    } catch {
      // It has ended by itself.
    }
    await this.exited;
  }

  #read(start: number, count: number): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: count },
      // To the last column: behind it lies what a wider window showed.
      (_, row) =>
        active
          .getLine(start + row)
          ?.translateToString(true, 0, this.#terminal.cols)
          .trimEnd() ?? '',
    );
  }

  async #until(done: () => boolean, timeoutMs: number, what: string): Promise<void> {
    const limit = Date.now() + timeoutMs;
    while (!done()) {
      const left = limit - Date.now();
      if (left <= 0) throw new Error(`${what} did not come. The screen:\n${this.text()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 200));
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The cursor's state and scrolls are not in the terminal's public interface. */
  #watchModes(): void {
    const { parser, buffer } = this.#terminal;
    const cursor = (shown: boolean) => (params: (number | number[])[]) => {
      if (params.includes(25)) this.#cursorShown = shown;
      return false;
    };
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, cursor(true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, cursor(false));
    this.#terminal.onScroll(() => {
      if (buffer.active.type === 'alternate') this.#scrolls += 1;
    });
    // Changing to the alternate screen is told as a scroll, too.
    buffer.onBufferChange((now) => {
      if (now.type === 'alternate') this.#scrolls -= 1;
    });
  }
}

/** The state that every program has to leave a terminal in. */
export const restored: TerminalState = {
  alternateScreen: false,
  cursorShown: true,
  mouse: 'none',
  bracketedPaste: false,
  applicationCursorKeys: false,
};
