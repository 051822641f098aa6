import { useInput } from 'ink';
import { useRef, useState } from 'react';
import { useHoldKeys } from './hold-keys.tsx';
import type { Line } from './row.tsx';
import type { Theme } from './theme.ts';

/** A text while it is typed; pure. */
export interface Typed {
  text: string;
  /** Characters before the cursor. */
  at: number;
}

/** What can be typed: a paste may bring line ends and control characters. */
const UNTYPED = /[\x00-\x1f\x7f\u0080-\u009f]/g;
const LONGEST = 1_000;

export function typed(now: Typed, input: string): Typed {
  const signs = input.replace(UNTYPED, '').slice(0, Math.max(0, LONGEST - now.text.length));
  const text = now.text.slice(0, now.at) + signs + now.text.slice(now.at);
  return { text, at: now.at + signs.length };
}

export function erased(now: Typed): Typed {
  if (now.at === 0) return now;
  return { text: now.text.slice(0, now.at - 1) + now.text.slice(now.at), at: now.at - 1 };
}

/** What comes in one piece: signs, erasing, and Enter at its end. */
export function typedAll(now: Typed, input: string): { left: Typed; entered: boolean } {
  let left = now;
  for (const piece of input.match(/[\x7f\b]|[^\x7f\b]+/g) ?? []) {
    left = piece === '\x7f' || piece === '\b' ? erased(left) : typed(left, piece);
  }
  return { left, entered: /[\r\n]$/.test(input) };
}

function moved({ text, at }: Typed, by: number): Typed {
  return { text, at: Math.max(0, Math.min(text.length, at + by)) };
}

/**
 * A field that has the focus: letters are text there, Enter accepts, Esc leaves it as it was
 * (MOCKUPS C6).
 */
export function useTextField(options: {
  active: boolean;
  onAccept: (text: string) => void;
  onLeave: () => void;
}) {
  const now = useRef<Typed>({ text: '', at: 0 });
  const [shown, setShown] = useState(now.current);
  const to = (next: Typed) => {
    now.current = next;
    setShown(next);
  };
  useHoldKeys(options.active);
  useInput(
    (input, key) => {
      if (key.eventType === 'release') return;
      if (key.escape) options.onLeave();
      else if (key.return || input === '\n') options.onAccept(now.current.text);
      else if (key.backspace || key.delete) to(erased(now.current));
      else if (key.leftArrow) to(moved(now.current, -1));
      else if (key.rightArrow) to(moved(now.current, 1));
      else if (key.home) to(moved(now.current, -LONGEST));
      else if (key.end) to(moved(now.current, LONGEST));
      else if (key.ctrl && input === 'u') to({ text: '', at: 0 });
      else if (!key.ctrl && !key.meta && input !== '') {
        // Over a slow line several keys come at once.
        const { left, entered } = typedAll(now.current, input);
        to(left);
        if (entered) options.onAccept(left.text);
      }
    },
    { isActive: options.active },
  );
  return {
    ...shown,
    begin: (text: string) => to({ text, at: text.length }),
  };
}

/** The text with its cursor; where it is too long, the part around the cursor. */
export function fieldLine({ text, at }: Typed, width: number, theme: Theme): Line {
  const cursor = theme.unicode ? '▏' : '_';
  const whole = text.slice(0, at) + cursor + text.slice(at);
  const from = Math.max(0, Math.min(at - width + 2, whole.length - width));
  return [{ text: whole.slice(from, from + Math.max(1, width)), tone: 'accent' }];
}
