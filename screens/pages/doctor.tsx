import { useCallback, useEffect, useRef, useState } from 'react';
import type { CheckRow } from '../deps.ts';
import { cells, wrapWords } from '../kit/cells.ts';
import { bodyRows, Frame } from '../kit/frame.tsx';
import type { KeyHint } from '../kit/key-line.ts';
import { useKeys } from '../kit/keys.ts';
import { signed } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import { Scroll } from '../kit/scroll.tsx';
import { useSurroundings } from '../kit/surroundings.tsx';
import type { Theme } from '../kit/theme.ts';
import type { PageOf, PageProps } from '../page.ts';
import { words } from '../words.ts';

const keys: readonly KeyHint[] = [
  { key: 'r', does: words.doctor.again },
  { key: 'Up/Down', does: words.keys.scroll },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: words.keys.leave },
];

/** All checks of `doctor`; rows fill in where they stand. */
function DoctorPage({ session }: PageProps<'doctor'>) {
  const { columns, rows, theme } = useSurroundings();
  const [checks, setChecks] = useState<readonly CheckRow[]>([]);
  const looking = useRef(new AbortController());
  const look = useCallback(() => {
    looking.current.abort();
    looking.current = new AbortController();
    const { signal } = looking.current;
    void session.wizard
      ?.examine((seen) => {
        if (!signal.aborted) setChecks(seen);
      }, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) session.store.problem(error);
      });
  }, [session]);
  useEffect(() => {
    look();
    return () => looking.current.abort();
  }, [look]);
  useKeys((key) => {
    if (key === 'escape') session.back();
    else if (key === 'r') look();
  });
  const width = columns - 2;
  const head = wrapWords(headOf(checks), width).map((text): Line => [{ text, tone: 'strong' }]);
  const lines = [...head, '', ...checks.flatMap((check) => rowLines(check, checks, width, theme))];
  return (
    <Frame left={[{ text: `${words.name}   ${words.doctor.title}`, tone: 'accent' }]} keys={keys}>
      <Scroll lines={lines} rows={bodyRows(rows, false)} more={words.doctor.more} />
    </Frame>
  );
}

function headOf(checks: readonly CheckRow[]): string {
  const open = checks.length === 0 || checks.some(({ status }) => status === 'checking');
  if (open) return words.doctor.looking;
  const count = (status: CheckRow['status']) =>
    checks.filter((check) => check.status === status).length;
  return words.doctor.tally(count('ok'), count('warn'), count('fail'), count('skip'));
}

function rowLines(check: CheckRow, all: readonly CheckRow[], width: number, theme: Theme): Line[] {
  const titleWidth = Math.max(...all.map(({ title }) => cells(title)));
  const open = check.status === 'checking';
  const detail = open ? check.detail || words.checking : check.detail;
  const fix = open ? undefined : check.fix;
  const more = fix ? ` -> ${fix.label}${fix.command ? `: ${fix.command}` : ''}` : '';
  const at = { theme, titleWidth, width, most: 5 };
  return signed(check.status === 'checking' ? null : check.status, check.title, detail + more, at);
}

export const doctorPage: PageOf<'doctor'> = { keys, Screen: DoctorPage };
