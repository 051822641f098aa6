import type { CheckResult } from '../src/contract/doctor.ts';
import type { MissingEngine } from '../src/machine/types.ts';
import type { Planned } from '../src/recipe/types.ts';
import type { CheckRow, Seen } from './deps.ts';
import { cells, wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { signed } from './kit/labelled.ts';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import type { SignId, Theme } from './kit/theme.ts';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

interface MachineScreenProps {
  seen: Seen;
  /** Null until everything was seen, or where nothing can be planned. */
  planned: Planned | null;
  /** Why nothing could be planned. */
  problem: string | null;
  /** Enter was pressed before everything was seen. */
  goOn: boolean;
  /** Why no engine can be used. */
  engine?: MissingEngine | null;
  active?: boolean;
  onEnter: () => void;
  /** Null where there is nothing to choose step by step. */
  onSteps: (() => void) | null;
  onDetails: () => void;
  onAgain: () => void;
  onBack: () => void;
}

export const machineKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.review },
  { key: 'c', does: words.keys.eachStep, optional: true },
  { key: 'd', does: words.keys.details },
  { key: 'r', does: words.keys.again },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
];

const noEngineKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.docker },
  ...machineKeys.slice(2),
];

/** A2: what this machine is and whether it will do; rows fill in where they stand. */
export function MachineScreen(props: MachineScreenProps) {
  const { seen, planned, problem, goOn, engine = null, active = true } = props;
  const { columns, rows, theme } = useSurroundings();
  const place = usePlace(words.machine.place);
  useKeys((key) => {
    if (key === 'enter') props.onEnter();
    else if (key === 'r') props.onAgain();
    else if (key === 'c') props.onSteps?.();
    else if (key === 'd') props.onDetails();
    else if (key === 'escape') props.onBack();
  }, active);
  const waiting = seen.checks.find((check) => check.status === 'checking');
  const status =
    !goOn || problem !== null
      ? null
      : waiting
        ? words.machine.goesOn(waiting.title)
        : planned
          ? null
          : words.machine.plans;
  const room = bodyRows(rows, status !== null);
  return (
    <Frame
      left={place}
      keys={engine ? noEngineKeys : machineKeys}
      status={status ? [{ text: status, tone: 'accent' }] : null}
    >
      <Rows lines={machineLines(seen, planned, footOf(props), columns - 2, room, theme)} />
    </Frame>
  );
}

export function machineLines(
  seen: Seen,
  planned: Planned | null,
  problem: string | null,
  width: number,
  rows: number,
  theme: Theme,
): Line[] {
  const failed = seen.checks.filter((check) => check.status === 'fail');
  const head: Line[] = headline(seen.checks, width);
  const foot = problem ?? (failed.length > 0 ? words.machine.blocked : recommendation(planned));
  const tail = foot === null ? [] : wrapWords(foot, width).map((text): Line => [{ text }]);
  const room = rows - head.length - tail.length;
  for (const attempt of [
    { blank: 1, most: 3 },
    { blank: 0, most: 2 },
    { blank: 0, most: 1 },
  ]) {
    const body = seen.checks.flatMap((check) =>
      checkLines(check, attempt.most, seen, width, theme),
    );
    const blank = Array<Line>(attempt.blank).fill('');
    const blanks = 2 * attempt.blank;
    if (body.length + blanks <= room) return [...head, ...blank, ...body, ...blank, ...tail];
  }
  return [...head, ...folded(seen, width, room, theme), ...tail];
}

/** Without an engine nothing else counts before there is one. */
function footOf({ problem, engine = null }: MachineScreenProps): string | null {
  if (!engine) return problem;
  return engine.state === 'cannot-run-here' ? words.machine.noEngineHere : words.machine.noEngine;
}

/** Good rows become one line, so that what is wrong stays. */
function folded(seen: Seen, width: number, room: number, theme: Theme): Line[] {
  // The first row is the GPU: what it is decides all that follows.
  const [first, ...rest] = seen.checks;
  const good = rest.filter((check) => check.status === 'ok');
  const others = rest.filter((check) => check.status !== 'ok' && check.status !== 'skip');
  const rows = [...(first ? [first] : []), ...others];
  const most = rows.length * 2 < room ? 2 : 1;
  const body = rows.flatMap((check) => checkLines(check, most, seen, width, theme));
  const titles = words.machine.folded(good.map((check) => check.title));
  const goodLines =
    good.length === 0 ? [] : signed('ok', '', titles, { theme, titleWidth: 0, width, most: 2 });
  return [...body, ...goodLines].slice(0, Math.max(0, room));
}

function headline(checks: readonly CheckRow[], width: number): Line[] {
  const fails = checks.filter((check): check is CheckResult => check.status === 'fail');
  // Without an engine the other failures are of lesser weight.
  const failed = fails.find(({ id }) => id === 'engine') ?? fails[0];
  if (failed) {
    // Docker's roads have a page of their own.
    const fix =
      failed.fix && failed.id !== 'engine'
        ? [`${words.machine.fix}: ${failed.fix.command ?? failed.fix.label}`]
        : [];
    return [
      ...wrapWords(failed.detail, width).map((text): Line => [{ text, tone: 'fail' }]),
      ...fix.flatMap((text) => wrapWords(text, width)),
    ];
  }
  const warned = checks.filter((check) => check.status === 'warn').map((check) => check.title);
  const open = checks.length === 0 || checks.some((check) => check.status === 'checking');
  const text = open
    ? words.machine.looking
    : warned.length > 0
      ? words.machine.things(warned)
      : words.machine.ready;
  return wrapWords(text, width).map((line): Line => [{ text: line, tone: 'strong' }]);
}

function checkLines(
  check: CheckRow,
  most: number,
  seen: Seen,
  width: number,
  theme: Theme,
): Line[] {
  const titleWidth = Math.max(...seen.checks.map(({ title }) => cells(title)));
  const detail = check.status === 'checking' ? check.detail || words.checking : check.detail;
  return signed(signOf(check), check.title, detail, { theme, titleWidth, width, most });
}

function signOf(check: CheckRow): SignId | null {
  return check.status === 'checking' ? null : check.status;
}

function recommendation(planned: Planned | null): string | null {
  if (!planned) return null;
  // What does not fit is shown with its ways on the review.
  if (planned.refusal) return `${planned.refusal.details.sentence} ${words.machine.refused}`;
  const { recipe, variant, attention } = planned.choices;
  const what =
    recipe === 'steadydancer'
      ? words.recommendation.steadydancer(variant ?? '', attention ?? '')
      : words.recommendation[recipe];
  return `${words.machine.recommended(what)} ${words.machine.enter}`;
}
