import type { MirrorKind } from '../../contract/choices.ts';
import type { Measured, NetworkReport } from '../../machine/network.ts';
import { formatRate } from '../../text/format.ts';
import { type Check, type CheckContext, type Finding, ok, skip, warn } from '../types.ts';

/** Below this 28.7 GB of models take more than four hours. */
const SLOW = 2_000_000;

const places: readonly (readonly [string, string, MirrorKind])[] = [
  ['network-hub', 'Hugging Face', 'hub'],
  ['network-torch', 'PyTorch', 'torch'],
  ['network-pip', 'Python packages', 'pip'],
  ['network-github', 'GitHub', 'release'],
  ['network-registry', 'Docker Hub', 'base'],
];

export const networkChecks: readonly Check[] = [
  ...places.map(
    ([id, title, kind]): Check => ({
      id,
      title,
      group: 'network',
      look: whenMeasured((report) => judge(report, kind)),
    }),
  ),
  { id: 'token', title: 'Token', group: 'network', look: token },
];

function whenMeasured(look: (report: NetworkReport) => Finding) {
  return async ({ network }: CheckContext) =>
    network ? look(await network) : skip('left out by --no-network');
}

function judge({ measured }: NetworkReport, kind: MirrorKind): Finding {
  const origin = measured.find((it) => it.kind === kind && it.origin);
  if (!origin) return skip(kind === 'pip' ? 'pip names no index here' : 'not measured');
  const better = fastest(measured.filter((it) => it.kind === kind && !it.origin));
  const fix = better && {
    label: `${better.name} gives ${formatRate(better.bytesPerSecond ?? 0)}: use it`,
    command: `steadydancer run --set mirrors.${kind}=${better.value}`,
  };
  if (origin.problem !== null) return warn(`no download: ${origin.problem}`, fix ?? undefined);
  if (origin.bytesPerSecond === null) return ok(`answers in ${origin.answerMs} ms`);
  const rate = formatRate(origin.bytesPerSecond);
  return origin.bytesPerSecond < SLOW ? warn(`${rate} only`, fix ?? undefined) : ok(rate);
}

function fastest(mirrors: Measured[]): Measured | null {
  const known = mirrors.filter((it) => it.bytesPerSecond !== null);
  return known.sort((a, b) => (b.bytesPerSecond ?? 0) - (a.bytesPerSecond ?? 0))[0] ?? null;
}

async function token({ network, env }: CheckContext): Promise<Finding> {
  if (!network) return env.HF_TOKEN ? skip('set, not asked about') : skip('none set, none needed');
  const { token: found } = await network;
  switch (found.state) {
    case 'none':
      return skip('none set, none needed');
    case 'accepted':
      return ok(`Hugging Face knows it: ${found.name}`);
    case 'refused':
      return warn('Hugging Face refuses the token that is set; without one all files can be had', {
        label: 'Leave it out',
        command: 'unset HF_TOKEN',
      });
    case 'unknown':
      return skip(`could not be asked: ${found.why}`);
    default:
      return found satisfies never;
  }
}
