import { Console } from 'node:console';
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import type { ReactNode } from 'react';
import { mount } from '../../screens/kit/mount.tsx';

export interface RenderOptions {
  columns?: number;
  rows?: number;
  env?: NodeJS.ProcessEnv;
}

/** A screen drawn into a headless terminal of a given size, by the same code as in a real one. */
export interface Rendered {
  /** The rows of the terminal, without spaces at their ends, once all that is due was drawn. */
  lines(): Promise<string[]>;
  text(): Promise<string>;
  /** Waits until the terminal shows it. */
  waitFor(wanted: string | RegExp): Promise<void>;
  type(keys: string): void;
  resize(columns: number, rows: number): Promise<void>;
  rerender(node: ReactNode): Promise<void>;
  unmount(): Promise<void>;
  terminal: xterm.Terminal;
  flicker: Flicker;
}

/** What a person sees as flicker. */
export interface Flicker {
  /** The whole screen was cleared and drawn again. */
  clears: number;
  /** A frame had more rows than the terminal: the terminal scrolled. */
  tall: number;
}

// Vitest's console lacks the constructor that Ink's console patch needs.
Object.assign(console, { Console });

// Home and erase down, and the two ways of erasing the whole display (ECMA-48 ED).
const CLEAR = /\x1b\[(?:1;1)?H\x1b\[0?J|\x1b\[[23]J/g;
const UTF8 = { LANG: 'C.UTF-8', TERM: 'xterm-256color' };

export async function renderScreen(
  node: ReactNode,
  options: RenderOptions = {},
): Promise<Rendered> {
  const { columns = 80, rows = 24, env = UTF8 } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const flicker: Flicker = { clears: 0, tall: 0 };
  terminal.onScroll(() => {
    flicker.tall += 1;
  });
  // Changing to the alternate screen and back is told as a scroll, too.
  terminal.buffer.onBufferChange(() => {
    flicker.tall -= 1;
  });
  let counting = true;
  const stdout = new SizedOutput(columns, rows, (text) => {
    if (counting) flicker.clears += text.match(CLEAR)?.length ?? 0;
    terminal.write(text.replaceAll('\n', '\r\n'));
  });
  const stdin = new KeyInput();
  const app = mount(node, {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    env,
  });

  const settle = async () => {
    await app.flushed();
    await new Promise<void>((resolve) => terminal.write('', resolve));
  };
  const read = () => {
    const { active } = terminal.buffer;
    return Array.from(
      { length: terminal.rows },
      // To the last column: behind it lies what a wider window showed.
      (_, row) =>
        active
          .getLine(active.baseY + row)
          ?.translateToString(true, 0, terminal.cols)
          .trimEnd() ?? '',
    );
  };
  const lines = async () => {
    await settle();
    return read();
  };
  await settle();
  return {
    lines,
    text: async () => (await lines()).join('\n'),
    waitFor: async (wanted) => {
      const seen = (text: string) =>
        typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
      const limit = performance.now() + 5_000;
      while (!seen((await lines()).join('\n'))) {
        if (performance.now() > limit) {
          throw new Error(`${wanted} is not on the screen:\n${read().join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    type: (keys) => stdin.write(keys),
    resize: async (newColumns, newRows) => {
      terminal.resize(newColumns, newRows);
      stdout.resize(newColumns, newRows);
      await settle();
    },
    rerender: async (next) => {
      app.rerender(next);
      await settle();
    },
    unmount: async () => {
      // Ink clears once when a full-screen frame goes; the alternate screen goes with it.
      counting = false;
      app.unmount();
      await app.gone;
      await new Promise<void>((resolve) => terminal.write('', resolve));
    },
    terminal,
    flicker,
  };
}

/** A terminal's output side: ink-testing-library's is fixed at 100 columns. */
class SizedOutput extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #onText: (text: string) => void;

  constructor(columns: number, rows: number, onText: (text: string) => void) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.#onText = onText;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.#onText(chunk.toString());
    done();
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}

/** A terminal's input side in raw mode. */
class KeyInput extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
