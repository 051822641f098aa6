import { type Key, useApp, useInput } from 'ink';

/** Keys by name; anything else is the character itself. */
export type KeyName =
  | 'enter'
  | 'escape'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'tab'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'backspace'
  | 'ctrl-c'
  | (string & {});

/**
 * Gives every pressed key to `onKey`, one at a time. Several characters at once (a paste, a slow
 * line) are no keys: they go to `onText`, where there is something to type into.
 */
export function useKeys(
  onKey: (key: KeyName) => void,
  active = true,
  onText?: (text: string) => void,
): void {
  const { waitUntilRenderFlush } = useApp();
  useInput(
    (input, key) => {
      if (key.eventType === 'release') return;
      const name = keyName(input, key);
      if (name) onKey(name);
      else if (onText && input.length > 1 && !key.ctrl && !key.meta) onText(input);
      else return;
      // What a key does is seen at once: only what comes by itself waits for the next frame.
      void waitUntilRenderFlush().catch(() => {});
    },
    { isActive: active },
  );
}

export function keyName(input: string, key: Key): KeyName | null {
  if (key.ctrl) return input === 'c' ? 'ctrl-c' : null;
  // A newline is an Enter that was typed before the terminal gave keys one by one.
  if (key.return || input === '\n') return 'enter';
  if (key.escape) return 'escape';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.tab) return 'tab';
  if (key.pageUp) return 'pageUp';
  if (key.pageDown) return 'pageDown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.backspace || key.delete) return 'backspace';
  return input.length === 1 ? input : null;
}
