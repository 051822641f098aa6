import { render } from 'ink';
import { type ReactNode, useSyncExternalStore } from 'react';
import { SurroundingsProvider } from './surroundings.tsx';
import { type Theme, themeFor } from './theme.ts';

/** A terminal to draw on, with how it is described. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

export interface Mounted {
  /** Settles when the screen is gone and everything is written. */
  gone: Promise<void>;
  rerender(node: ReactNode): void;
  /** Gives the terminal back as it was. */
  unmount(): void;
  flushed(): Promise<void>;
}

/** Redraws a second at most: more is not seen, and costs a slow ssh line. */
const MAX_FPS = 12;

/**
 * Draws a node full-screen. Without `interactive` Ink would print one last frame under CI=true, also
 * in a real terminal. A screen reader gets lines on the main screen, in order.
 */
export function mount(node: ReactNode, { stdin, stdout, env }: Terminal): Mounted {
  const theme = themeFor(env);
  const size = sizeOf(stdout);
  const home = env.HOME ?? null;
  const tree = (child: ReactNode) => (
    <Sized size={size} theme={theme} home={home}>
      {child}
    </Sized>
  );
  let shown = node;
  // Ink does it after the first frame: a key that comes before would be echoed into it.
  if (stdin.isTTY) stdin.setRawMode(true);
  const app = render(tree(shown), {
    stdin,
    stdout,
    interactive: stdout.isTTY,
    alternateScreen: !theme.screenReader,
    isScreenReaderEnabled: theme.screenReader,
    incrementalRendering: true,
    maxFps: MAX_FPS,
    exitOnCtrlC: false,
  });
  // Before Ink's own listener: it would draw the old, taller tree into the smaller window first.
  const resized = () => {
    // What a wider window showed lies behind its edge and comes back with it (xterm.js keeps it).
    if (!theme.screenReader) app.clear();
    size.read();
    app.rerender(tree(shown));
  };
  stdout.prependListener('resize', resized);
  const gone = app.waitUntilExit().then(() => {
    stdout.off('resize', resized);
    if (stdin.isTTY) stdin.setRawMode(false);
    // Else this process goes on reading, and takes the keys from the program that comes next.
    stdin.pause();
  });
  return {
    gone,
    rerender: (next) => {
      shown = next;
      app.rerender(tree(shown));
    },
    unmount: () => app.unmount(),
    flushed: () => app.waitUntilRenderFlush(),
  };
}

interface Size {
  subscribe(listener: () => void): () => void;
  current(): { columns: number; rows: number };
  read(): void;
}

function sizeOf(stdout: NodeJS.WriteStream): Size {
  const listeners = new Set<() => void>();
  const measure = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  let current = measure();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current: () => current,
    read: () => {
      current = measure();
      for (const listener of listeners) listener();
    },
  };
}

function Sized(props: { size: Size; theme: Theme; home: string | null; children: ReactNode }) {
  const { size, theme, home, children } = props;
  const { columns, rows } = useSyncExternalStore(size.subscribe, size.current);
  const value = { columns, rows, theme, home };
  return <SurroundingsProvider value={value}>{children}</SurroundingsProvider>;
}
