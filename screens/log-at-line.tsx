import { useEffect, useState } from 'react';
import type { LineRange } from '../src/troubleshoot/log-lines.ts';
import type { ProofContext } from '../src/troubleshoot/proof-context.ts';
import { cut, fill, wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { plain } from './kit/log-window.tsx';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { words } from './words.ts';

export const logAtLineKeys: readonly KeyHint[] = [
  { key: 'Esc', does: words.keys.back },
  { key: words.trouble.proof.move, does: '', optional: true },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

/** A log opened at the line that proves the failure; only what is shown is read. */
export function LogAtLineScreen(props: {
  place: Line;
  proof: ProofContext | null;
  /** Reads lines of the log; null where it is not a file. */
  read: (from: number, to: number) => Promise<LineRange | null>;
  active?: boolean;
  onBack: () => void;
}) {
  const { place, proof, read, active = true, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  const room = bodyRows(rows, false);
  const [top, setTop] = useState(Math.max(1, (proof?.line ?? 1) - Math.floor(room / 2)));
  const [shown, setShown] = useState<LineRange | null>(null);
  const total = shown?.total || proof?.total || 0;
  useEffect(() => {
    let left = false;
    if (proof && proof.path !== '') {
      void read(top, top + room - 1).then((lines) => {
        if (!left && lines) setShown(lines);
      });
    }
    return () => {
      left = true;
    };
  }, [top, room, proof, read]);
  const move = (by: number) =>
    setTop(Math.max(1, Math.min(Math.max(1, total - room + 1), top + by)));
  useKeys((key) => {
    const steps: Record<string, number> = { up: -1, down: 1, pageUp: -room, pageDown: room };
    if (key === 'escape' || key === 'l') onBack();
    else if (key === 'home') move(-total);
    else if (key === 'end') move(total);
    else if (steps[key] !== undefined) move(steps[key]);
  }, active);
  const lines = shown ?? around(proof);
  const width = columns - 2;
  const numbers = String(Math.max(total, 1)).length;
  const textRoom = width - numbers - 3;
  const body = lines.lines
    .flatMap((text, at): Line[] => {
      const number = lines.from + at;
      if (number !== proof?.line) {
        return [
          [
            { text: `  ${fill(String(number), numbers, 'right')} `, tone: 'quiet' },
            { text: cut(plain(text), textRoom, theme.ellipsis) },
          ],
        ];
      }
      // The line that it is about is whole, however long it is.
      return wrapWords(plain(text), textRoom).map(
        (part, row): Line => [
          { text: `> ${fill(row === 0 ? String(number) : '', numbers, 'right')} `, tone: 'fail' },
          { text: part, tone: 'strong' },
        ],
      );
    })
    .slice(0, room);
  const { none, of } = words.trouble.proof;
  const last = lines.from + Math.max(0, Math.min(room, lines.lines.length) - 1);
  return (
    <Frame
      left={place}
      right={
        proof ? [{ text: `${proof.file}  ${of(lines.from, last, total)}`, tone: 'quiet' }] : ''
      }
      keys={logAtLineKeys}
    >
      <Rows lines={proof ? body : [none]} />
    </Frame>
  );
}

function around(proof: ProofContext | null): LineRange {
  if (!proof) return { from: 1, lines: [], total: 0 };
  const { before, text, after, line, total } = proof;
  return { from: line - before.length, lines: [...before, text, ...after], total };
}
