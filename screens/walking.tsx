import type { EngineRoad } from '../src/machine/engine-roads.ts';
import type { Clock } from '../src/ports/clock.ts';
import { formatDuration } from '../src/text/format.ts';
import { wrapWords } from './kit/cells.ts';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { LogWindow } from './kit/log-window.tsx';
import { type Line, Rows } from './kit/row.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { useSince } from './kit/use-now.ts';
import { wholeSeconds } from './run-fields.ts';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

export const walkingKeys: readonly KeyHint[] = [{ key: '?', does: '' }];

/** A road to an engine while it is walked: what runs now and what it prints. */
export function WalkingScreen(props: { road: EngineRoad; lines: readonly string[]; clock: Clock }) {
  const { road, lines, clock } = props;
  const { columns, rows } = useSurroundings();
  const place = usePlace(words.machine.place);
  const since = useSince(clock);
  const head: Line[] = [
    ...wrapWords(`${road.title} ...`, columns - 2).map((text): Line => [{ text, tone: 'busy' }]),
    ...(installs(road) ? wrapWords(words.walking.whole, columns - 2) : []),
    '',
  ];
  return (
    <Frame left={place} right={[{ text: formatDuration(wholeSeconds(since)) }]} keys={walkingKeys}>
      <Rows lines={head} />
      <LogWindow lines={lines} rows={Math.max(1, bodyRows(rows, false) - head.length)} />
    </Frame>
  );
}

function installs({ id }: EngineRoad): boolean {
  return id === 'distribution' || id === 'docker-repository';
}
