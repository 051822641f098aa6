import { formatDuration } from '../../src/text/format.ts';
import type { FirstSight } from '../deps.ts';
import { wrapWords } from '../kit/cells.ts';
import type { Line } from '../kit/row.tsx';
import type { Tone } from '../kit/theme.ts';
import { wholeSeconds } from '../run-fields.ts';
import type { WizardState } from '../wizard-state.ts';
import { words } from '../words.ts';
import { ourContainer, rehearsalContainer, type Standing, standing } from './standing.ts';

/** How things stand, in a sentence. */
export function headLines(state: WizardState, sight: FirstSight, now: Date, width: number): Line[] {
  return sentences(state, sight, now).flatMap(({ text, tone }) =>
    wrapWords(text, width).map((line): Line => [{ text: line, tone }]),
  );
}

function sentences(
  state: WizardState,
  sight: FirstSight,
  now: Date,
): { text: string; tone: Tone }[] {
  const { welcome } = words;
  const of = standing(sight);
  const container = ourContainer(state);
  if (state.waking) {
    const time = formatDuration(wholeSeconds(now.getTime() - state.waking.since));
    return [
      { text: welcome.waking(time), tone: 'busy' },
      { text: state.waking.line, tone: 'quiet' },
    ];
  }
  if (container.state === 'running' && container.url) {
    return [{ text: welcome.running(container.url), tone: 'strong' }];
  }
  const rehearsal = rehearsalContainer(state);
  if (rehearsal.state === 'running') {
    const runs = { text: welcome.rehearsalRuns(rehearsal.url ?? ''), tone: 'strong' } as const;
    return of.kind === 'rehearsed' ? [runs] : [...standingSentences(of, state, sight), runs];
  }
  return standingSentences(of, state, sight);
}

function standingSentences(
  of: Standing,
  state: WizardState,
  sight: FirstSight,
): { text: string; tone: Tone }[] {
  const { welcome } = words;
  const container = ourContainer(state);
  switch (of.kind) {
    case 'pod':
      return [{ text: welcome.inPod, tone: 'strong' }];
    case 'goes-on':
      return [{ text: welcome.goesOn(of.runId), tone: 'busy' }];
    case 'unfinished':
      return of.failed
        ? [
            { text: welcome.failed, tone: 'strong' },
            { text: sight.last?.summary ?? '', tone: 'plain' },
          ]
        : [{ text: welcome.cut, tone: 'strong' }];
    case 'built':
      if (container.state === 'none') return [{ text: welcome.gone, tone: 'strong' }];
      return [{ text: container.state === 'stopped' ? welcome.stopped : '', tone: 'strong' }];
    case 'rehearsed':
      return firstSentences(of.nvidia);
    case 'no-gpu':
      return firstSentences(false);
    case 'first':
      return firstSentences(true);
    default:
      return of satisfies never;
  }
}

function firstSentences(nvidia: boolean): { text: string; tone: Tone }[] {
  const { welcome } = words;
  return [
    ...(nvidia ? [] : [{ text: welcome.noGpu, tone: 'strong' } as const]),
    { text: welcome.what, tone: 'plain' },
  ];
}

/** The right of the header: what happened last. */
export function lastWords({ pod, last }: FirstSight, now: Date): string {
  const { welcome } = words;
  if (pod !== null) return welcome.pod(pod);
  if (!last) return welcome.first;
  const when = dayOf(new Date(last.startedAt), now);
  const what = last.profile ?? last.recipe;
  switch (last.state) {
    case 'running':
      return welcome.goesOn(last.id.split('-').at(-1) ?? last.id);
    case 'ok':
      return last.recipe === 'rehearsal' ? welcome.rehearsed(when) : welcome.lastOk(what, when);
    case 'failed':
      return welcome.lastFailed(what, when);
    case 'cut':
      return welcome.lastCut(what, when);
    default:
      return last.state satisfies never;
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `14:36` of today, else `24 Nov`. */
export function dayOf(at: Date, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const today = at.toDateString() === now.toDateString();
  if (today) return `${two(at.getHours())}:${two(at.getMinutes())}`;
  return `${at.getDate()} ${MONTHS[at.getMonth()] ?? ''}`;
}
