import { useState } from 'react';
import { useKeys } from './keys.ts';
import { type Line, Rows } from './row.tsx';
import { useSurroundings } from './surroundings.tsx';

/** Lines that may be more than fit: Up and Down move the window, the last row says what is below. */
export function Scroll(props: {
  lines: readonly Line[];
  rows: number;
  more: (count: number) => string;
  active?: boolean;
}) {
  const { lines, rows, more, active = true } = props;
  const { theme } = useSurroundings();
  const [top, setTop] = useState(0);
  const fits = theme.screenReader || lines.length <= rows;
  const shown = Math.max(1, rows - 1);
  const last = Math.max(0, lines.length - shown);
  const at = Math.min(top, last);
  useKeys((key) => {
    const steps: Record<string, number> = { up: -1, down: 1, pageUp: -shown, pageDown: shown };
    const step = steps[key];
    if (step !== undefined) setTop(Math.max(0, Math.min(last, at + step)));
  }, active && !fits);
  if (fits) return <Rows lines={lines} />;
  const below = lines.length - shown - at;
  const foot: Line = [{ text: below > 0 ? more(below) : '', tone: 'quiet' }];
  return <Rows lines={[...lines.slice(at, at + shown), foot]} />;
}
