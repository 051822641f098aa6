import { useState } from 'react';
import type { Clock } from '../src/ports/clock.ts';
import { formatBytes, formatDuration } from '../src/text/format.ts';
import type { Offer } from '../src/troubleshoot/fixes/types.ts';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { LogWindow } from './kit/log-window.tsx';
import { type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { LOW_ROWS, useSurroundings } from './kit/surroundings.tsx';
import { fieldLine, useTextField } from './kit/text-field.ts';
import { useGuardedEnter } from './kit/use-guarded-enter.ts';
import { useSince } from './kit/use-now.ts';
import { wholeSeconds } from './run-fields.ts';
import { fixLines } from './trouble/fix-lines.ts';
import { words } from './words.ts';

interface FixScreenProps {
  offer: Offer;
  place: Line;
  problem: string | null;
  /** What the fix printed before it went wrong, the newest last. */
  said: readonly string[];
  clock: Pick<Clock, 'monotonicMs'>;
  active?: boolean;
  onApply: (answer?: string) => void;
  onBack: () => void;
}

export function fixKeys({ plan }: Offer): readonly KeyHint[] {
  const { fix } = words.trouble;
  if (!plan)
    return [
      { key: 'Esc', does: words.keys.back },
      { key: '?', does: '' },
      { key: 'q', does: '' },
    ];
  const does = plan.root ? fix.yes.root : plan.retries ? fix.yes[plan.confirm] : fix.yesOnly;
  return [
    { key: plan.confirm === 'y' ? 'y' : 'Enter', does },
    ...(plan.objects.length > 3
      ? [{ key: 'a', does: fix.all(plan.objects.length), optional: true }]
      : []),
    { key: 'p', does: fix.p },
    { key: 'Esc', does: words.keys.back },
    { key: '?', does: '' },
    { key: 'q', does: '' },
  ];
}

/** All keys that a fix page may have, for `?`. */
export const allFixKeys: readonly KeyHint[] = [
  { key: 'y, or Enter', does: words.trouble.fix.yesOnly },
  { key: 'a', does: words.trouble.fix.everything },
  { key: 'p', does: words.trouble.fix.p },
  { key: 'Esc', does: words.keys.back },
];

/** A8: what a fix would do, before it does. Removing, installing and root rights are `y`, never Enter. */
export function FixScreen(props: FixScreenProps) {
  const { offer, place, problem, said, clock, active = true, onApply, onBack } = props;
  const { columns, rows, theme } = useSurroundings();
  const { plan } = offer;
  const [view, setView] = useState({ all: false, commands: false });
  const asks = plan?.ask !== undefined;
  const [answer, setAnswer] = useState<string | null>(null);
  const typing = active && asks && answer === null;
  const field = useTextField({ active: typing, onAccept: setAnswer, onLeave: onBack });
  const apply = () => onApply(answer ?? undefined);
  const enter = useGuardedEnter(clock, () => {
    if (plan?.confirm === 'enter') apply();
  });
  useKeys((key) => {
    if (key === 'escape') onBack();
    else if (key === 'p') setView({ ...view, commands: !view.commands });
    else if (key === 'a') setView({ ...view, all: !view.all });
    else if (key === 'y' && plan?.confirm === 'y') apply();
    else if (key === 'enter') enter();
  }, active && !typing);
  const width = columns - 2;
  const title = wrapWords(plan?.title ?? '', width).map((text): Line => [{ text, tone: 'strong' }]);
  const asked: Line[] = plan?.ask
    ? ['', `${plan.ask.label}:`, typing ? fieldLine(field, width, theme) : (answer ?? '')]
    : [];
  const failed = problem === null ? [] : failedLines(problem, said, width, rows);
  const top = plan ? [...title, ...failed] : failed;
  const room = bodyRows(rows, false) - top.length - asked.length;
  return (
    <Frame
      left={place}
      right={[{ text: gain(offer), tone: 'accent' }]}
      keys={typing ? askKeys : fixKeys(offer)}
      status={problem === null ? null : [{ text: problem, tone: 'fail' }]}
    >
      <Rows lines={top} />
      <Scroll
        lines={fixLines(offer, view, width, room, theme)}
        rows={Math.max(2, room)}
        more={words.trouble.fix.more}
        active={active && !typing}
      />
      <Rows lines={asked} />
    </Frame>
  );
}

/** Why it went wrong, and the last that it printed. */
function failedLines(
  problem: string,
  said: readonly string[],
  width: number,
  rows: number,
): Line[] {
  const why = wrapWords(problem, width)
    .slice(0, 3)
    .map((text): Line => [{ text, tone: 'fail' }]);
  const printed = said.slice(rows < LOW_ROWS ? -1 : -4);
  return [...why, ...printed.map((text): Line => [{ text: `  ${text}`, tone: 'quiet' }]), ''];
}

const askKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.next },
  { key: 'Esc', does: words.keys.back },
];

function gain({ plan, fix }: Offer): string {
  const frees = plan?.frees ?? fix.freesBytes ?? 0;
  if (frees > 0) return words.trouble.fix.frees(formatBytes(frees));
  return plan?.download ? words.trouble.fix.fetches(formatBytes(plan.download)) : '';
}

export const fixingKeys: readonly KeyHint[] = [{ key: '?', does: '' }];

/** A fix while it is applied: what runs now and what it prints. */
export function FixingScreen(props: {
  offer: Offer;
  place: Line;
  lines: readonly string[];
  clock: Clock;
}) {
  const { offer, place, lines, clock } = props;
  const { columns, rows } = useSurroundings();
  const since = useSince(clock);
  const head: Line[] = [
    ...wrapWords(`${offer.plan?.title ?? offer.fix.label} ...`, columns - 2).map(
      (text): Line => [{ text, tone: 'busy' }],
    ),
    ...(offer.plan?.retries ? wrapWords(words.trouble.fix.whole, columns - 2) : []),
    '',
  ];
  return (
    <Frame left={place} right={[{ text: formatDuration(wholeSeconds(since)) }]} keys={fixingKeys}>
      <Rows lines={head} />
      <LogWindow lines={lines} rows={Math.max(1, bodyRows(rows, false) - head.length)} />
    </Frame>
  );
}
