import { useEffect, useState } from 'react';
import { formatBytes } from '../../src/text/format.ts';
import { useHoldKeys } from '../kit/hold-keys.tsx';
import { useKeys } from '../kit/keys.ts';
import { type Line, Rows } from '../kit/row.tsx';
import type { Drawn } from '../run-fields.ts';
import { words } from '../words.ts';
import { bytesOf, type Freeing, freeingLines } from './free-space.ts';
import type { FreeSpace } from './run-world.ts';

interface FreePageProps {
  free: FreeSpace;
  runId: string;
  rows: number;
  drawn: Drawn;
  /** What came of it: also told where the person has left this page meanwhile. */
  onSaid: (text: string) => void;
  onBack: () => void;
}

/**
 * Makes room while the build goes on: a list first, `y` removes exactly that, Esc leaves it. What the
 * run stands on is not in the list.
 */
export function FreePage({ free, runId, rows, drawn, onSaid, onBack }: FreePageProps) {
  const [freeing, setFreeing] = useState<Freeing>({ at: 'looking' });
  useHoldKeys();
  useEffect(() => {
    let wanted = true;
    void free
      .look(runId)
      .then((items): Freeing => ({ at: 'list', items }))
      .catch((error: unknown): Freeing => ({ at: 'done', text: said(error) }))
      .then((next) => {
        if (wanted) setFreeing(next);
      });
    return () => {
      wanted = false;
    };
  }, [free, runId]);
  const ended = (text: string) => {
    setFreeing({ at: 'done', text });
    onSaid(text);
  };
  useKeys((key) => {
    if (key === 'escape') onBack();
    if (key !== 'y' || freeing.at !== 'list' || freeing.items.length === 0) return;
    const { items } = freeing;
    setFreeing({ at: 'removing', items });
    void free.remove(items).then(
      ({ removed, failed }) => {
        const text = words.panes.free.removed(
          removed.length,
          items.length,
          formatBytes(bytesOf(removed)),
        );
        ended([text, failed[0]?.why].filter(Boolean).join(' '));
      },
      (error: unknown) => ended(said(error)),
    );
  });
  const lines = freeingLines(freeing, rows, drawn);
  const filled: Line[] = [...lines, ...Array<Line>(Math.max(0, rows - lines.length)).fill('')];
  return <Rows lines={filled.slice(0, rows)} />;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
