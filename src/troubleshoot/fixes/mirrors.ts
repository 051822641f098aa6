import { type Choices, type MirrorKind, mirrorKinds } from '../../contract/choices.ts';
import { observeNetwork } from '../../machine/network.ts';
import { listedTargets, type NetworkTarget } from '../../machine/network-targets.ts';
import { formatRate } from '../../text/format.ts';
import { answersPlan } from './other-answers.ts';
import type { FixAction, FixPlan, FixWorld, NotHere, Trouble } from './types.ts';

const PREFIX = 'mirror-';

/**
 * Another source of one kind: the origin where a mirror was set, else the listed mirror that gives the
 * most bytes a second now. Nothing is used that was not tried just before.
 */
export const otherMirror: FixAction = async (trouble, fix, world) => {
  const kind = mirrorKinds.find((one) => fix.applies === `${PREFIX}${one}`);
  if (!kind) return { not: 'It is not said which kind of source.' };
  return mirrorPlan(trouble, kind, world, listedTargets().targets);
};

/** With the list of sources given: tests bring their own. */
export async function mirrorPlan(
  trouble: Trouble,
  kind: MirrorKind,
  world: FixWorld,
  listed: readonly NetworkTarget[],
): Promise<FixPlan | NotHere> {
  const { run } = trouble;
  if (!run) return { not: 'There is no run here whose sources could change.' };
  const set = run.request.choices.mirrors?.[kind];
  const { env, processes, fetch, signal } = world;
  const targets = listed.filter((target) => target.kind === kind && target.value !== set);
  const { measured } = await observeNetwork({
    ...{ env, processes, fetch, signal, token: null, mirrors: true },
    targets,
  });
  const mine = measured.filter((one) => one.kind === kind && one.value !== set);
  const works = mine
    .filter(({ problem }) => problem === null)
    .sort((a, b) => (b.bytesPerSecond ?? 0) - (a.bytesPerSecond ?? 0));
  const best = works[0];
  if (!best) {
    const tried = mine.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
    return { not: `No other source answers${tried === '' ? '' : ` (${tried})`}.` };
  }
  const others: Choices['mirrors'] = { ...run.request.choices.mirrors };
  delete others[kind];
  const mirrors = best.origin ? others : { ...others, [kind]: best.value };
  const rate = best.bytesPerSecond === null ? '' : `, ${formatRate(best.bytesPerSecond)}`;
  return answersPlan(
    trouble,
    { mirrors: Object.keys(mirrors).length === 0 ? null : mirrors },
    {
      id: `${PREFIX}${kind}`,
      title: best.origin
        ? `Ask ${best.name} itself, without the mirror${rate}`
        : `Use the mirror ${best.name}${rate}`,
      notes: [
        ...mine.map(({ name, bytesPerSecond, problem }) => {
          const figure = bytesPerSecond === null ? 'answers' : formatRate(bytesPerSecond);
          return `${name}: ${problem ?? figure}, tried just now.`;
        }),
        ...(best.origin ? [] : ['A mirror sees what you fetch. No token is sent to it.']),
      ],
    },
    world,
  );
}
