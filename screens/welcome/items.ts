import { formatBytes, formatMinutes } from '../../src/text/format.ts';
import { downloadOf } from '../cost-line.ts';
import type { FirstSight } from '../deps.ts';
import type { Choice } from '../kit/choice-list.tsx';
import type { WizardState } from '../wizard-state.ts';
import { words } from '../words.ts';
import {
  newDriver,
  ourContainer,
  rehearsalContainer,
  type Standing,
  standing,
} from './standing.ts';

export type WelcomeItem =
  | 'set-up'
  | 'go-on'
  | 'watch'
  | 'start-or-open'
  | 'test'
  | 'change'
  | 'rehearse'
  | 'open-rehearsal'
  | 'stop-rehearsal'
  | 'image'
  | 'elsewhere'
  | 'broken'
  | 'check'
  | 'profiles'
  | 'clean'
  | 'models'
  | 'smoke';

const rehearsed = ['open-rehearsal', 'stop-rehearsal', 'rehearse', 'image'] as const;
const orders: Record<Exclude<Standing['kind'], 'rehearsed'>, readonly WelcomeItem[]> = {
  pod: ['models', 'smoke', 'broken'],
  'goes-on': ['watch', 'broken', 'check', 'profiles'],
  unfinished: ['go-on', 'broken', 'set-up', 'rehearse', 'profiles', 'clean', 'check'],
  built: ['start-or-open', 'test', 'change', 'profiles', 'broken', 'clean', 'check'],
  'no-gpu': ['elsewhere', 'rehearse', 'image', 'broken', 'profiles', 'check'],
  first: ['set-up', 'rehearse', 'image', 'elsewhere', 'broken', 'profiles', 'check'],
};

/** The menu: which rows is known in the first frame, what they say fills in where they stand. */
export function welcomeItems(state: WizardState, sight: FirstSight): Choice<WelcomeItem>[] {
  return orderOf(standing(sight)).map((id) => ({ id, ...item(id, state, sight) }));
}

function orderOf(of: Standing): readonly WelcomeItem[] {
  if (of.kind !== 'rehearsed') return orders[of.kind];
  const after = ['broken', 'profiles', 'clean', 'check'] as const;
  // What the rehearsal was for comes first: now it is known to work.
  return of.nvidia
    ? ['set-up', ...rehearsed, 'elsewhere', ...after]
    : ['elsewhere', ...rehearsed, ...after];
}

function item(
  id: WelcomeItem,
  state: WizardState,
  sight: FirstSight,
): { label: string; note: string; impossible?: string } {
  const { items } = words.welcome;
  switch (id) {
    case 'set-up':
      return { label: items.setUp, note: setUpNote(state) };
    case 'go-on':
      return { label: items.goOn, note: sight.last?.summary ?? items.goOnFailed };
    case 'watch':
      return { label: items.watch, note: items.watchNote };
    case 'start-or-open':
      return startOrOpen(state);
    case 'test':
      return {
        label: items.test,
        note: newDriver(state, sight) ? items.testDriver : items.testNote,
      };
    case 'change':
      return { label: items.change, note: items.changeNote };
    case 'rehearse':
      return {
        label: items.rehearse,
        note: sight.nvidia ? items.rehearseNote : items.rehearseNoGpu,
      };
    case 'open-rehearsal':
      return ofRehearsal(items.openRehearsal, (url) => url, state);
    case 'stop-rehearsal':
      return ofRehearsal(items.stopRehearsal, () => items.stopRehearsalNote, state);
    case 'image':
      return { label: items.image, note: items.imageNote };
    case 'elsewhere':
      return { label: items.elsewhere, note: items.elsewhereNote };
    case 'broken':
      return { label: items.broken, note: items.brokenNote };
    case 'check':
      return { label: items.check, note: items.checkNote };
    case 'profiles':
      return { label: items.profiles, note: items.profilesNote };
    case 'clean':
      return { label: items.clean, note: items.cleanNote };
    case 'models':
      return { label: items.models, note: items.modelsNote };
    case 'smoke':
      return { label: items.smoke, note: items.smokeNote };
    default:
      return id satisfies never;
  }
}

/** What the plan says that it costs here; before that, what it does. */
function setUpNote({ planned, answers }: WizardState): string {
  const { items } = words.welcome;
  const real = (answers.recipe ?? 'steadydancer') === 'steadydancer';
  if (!planned || !real || planned.refusal || planned.plan.minutes.high === 0)
    return items.setUpShort;
  const size = formatBytes(downloadOf(planned));
  return items.setUpCost(formatMinutes(planned.plan.minutes), size);
}

function startOrOpen(state: WizardState): { label: string; note: string; impossible?: string } {
  const { items } = words.welcome;
  const container = ourContainer(state);
  switch (container.state) {
    case 'unknown':
      return { label: items.start, note: words.welcome.afterDocker };
    case 'stopped':
      return { label: items.start, note: items.startNote };
    case 'running':
      return { label: items.open, note: container.url ?? '' };
    case 'none':
      return { label: items.start, note: '', impossible: words.welcome.gone };
    default:
      return container satisfies never;
  }
}

/** What can be done with a stand-in that runs; its row is there and says why where none does. */
function ofRehearsal(
  label: string,
  note: (url: string) => string,
  state: WizardState,
): { label: string; note: string; impossible?: string } {
  const container = rehearsalContainer(state);
  switch (container.state) {
    case 'unknown':
      return { label, note: words.welcome.afterDocker };
    case 'running':
      return { label, note: note(container.url ?? '') };
    case 'stopped':
    case 'none':
      return { label, note: '', impossible: words.welcome.rehearsalGone };
    default:
      return container satisfies never;
  }
}
