import type { Event } from '../../contract/events.ts';
import { anonymiseDeep, type Hidden } from '../../text/anonymise.ts';

/** Of the build's output the log has more; of progress only the newest says something. */
const LINES_KEPT = 300;

/** A run's events, one a line, without the mass of output and progress between them. */
export function eventsText(events: readonly Event[], hidden: Hidden): string {
  const outputs = events.filter(({ type }) => type === 'build.log').length;
  const newest = new Map<string, number>();
  events.forEach((event, at) => {
    const key = progressKey(event);
    if (key !== null) newest.set(key, at);
  });
  let output = 0;
  const kept = events.filter((event, at) => {
    if (event.type === 'build.log') {
      output += 1;
      return output > outputs - LINES_KEPT;
    }
    const key = progressKey(event);
    return key === null || newest.get(key) === at;
  });
  return kept.map((event) => `${JSON.stringify(anonymiseDeep(event, hidden))}\n`).join('');
}

/** What a later event of the same key makes old; null for one that stays. */
function progressKey(event: Event): string | null {
  switch (event.type) {
    case 'build.progress':
      return `progress ${event.vertex} ${event.id}`;
    case 'model':
      return `model ${event.file} ${event.state}`;
    case 'smoke.progress':
      return `smoke ${event.node ?? ''}`;
    default:
      return null;
  }
}
