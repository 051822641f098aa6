// All words of the screens, keyed: what a translation replaces, one file a screen in words/.
// Sentences about what was seen (checks, diagnoses, summaries) come from the engine. Rules for
// words: MOCKUPS D.

import { clean } from './words/clean.ts';
import { engine, root, walking } from './words/engine.ts';
import { failure } from './words/failure.ts';
import { doctor, expose, folders, form, image, mirrors, save, settings } from './words/form.ts';
import { help } from './words/help.ts';
import { keys } from './words/keys.ts';
import { leave } from './words/leave.ts';
import { machine, recommendation } from './words/machine.ts';
import { levels, phases, places } from './words/names.ts';
import { attention, options, target, variant } from './words/options.ts';
import { panes } from './words/panes.ts';
import { profiles } from './words/profiles.ts';
import { report } from './words/report.ts';
import { review } from './words/review.ts';
import { run, stop } from './words/run.ts';
import { token } from './words/token.ts';
import { trouble } from './words/trouble.ts';
import { byCommand, welcome } from './words/welcome.ts';

const english = {
  name: 'SteadyDancer',
  checking: 'checking ...',
  bug: (text: string) => `This is a bug in the wizard: ${text}`,
  phases,
  levels,
  places,
  keys,
  welcome,
  byCommand,
  machine,
  recommendation,
  options,
  target,
  variant,
  attention,
  form,
  folders,
  settings,
  mirrors,
  expose,
  image,
  save,
  doctor,
  engine,
  root,
  walking,
  review,
  run,
  panes,
  stop,
  report,
  profiles,
  token,
  clean,
  failure,
  trouble,
  leave,
  help,
};

/** What a language has to say: a second one is a second object of this type. */
export type Words = typeof english;

const languages: Readonly<Record<string, Words>> = { en: english };

/** The words in the language that an environment asks for; English where it is not spoken here. */
export function wordsFor(env: NodeJS.ProcessEnv): Words {
  // The order in which POSIX reads them.
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return languages[locale.slice(0, 2).toLowerCase()] ?? english;
}

export const words = wordsFor(process.env);
