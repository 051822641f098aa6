import type Docker from 'dockerode';
import { Failure } from '../../contract/failure.ts';
import { parseImageName, withTag as taggedAs } from '../../push/image-name.ts';
import { layerSizes } from '../../push/layer-sizes.ts';
import { loginNeeded } from '../../push/login-needed.ts';
import { pushImage } from '../../push/push-image.ts';
import { checkLimits, costSentence, pushCost } from '../../push/registry-limits.ts';
import type { Phase, RunContext } from '../context.ts';
import { engineOf } from './engine-of.ts';

/** The image in a registry; a tag that others take from is moved only when the test was passed. */
export const push: Phase = {
  id: 'push',
  after: ['image'],
  // Layers that are there are not sent again; whether they are, only the registry knows.
  satisfied: async () => false,
  async run(ctx, signal) {
    const { pushTo, promote, largeLayers } = ctx.request;
    const { image } = ctx.facts;
    if (pushTo === undefined || !image) throw new Error('push comes after image, and where asked');
    const to = parseImageName(pushTo);
    const { docker } = engineOf(ctx);
    if (ctx.planned.choices.target === 'runpod') await forPods(docker, image.id);
    const cost = pushCost(await layerSizes(docker, image.id));
    const warnings = checkLimits(to.host, cost, { anyway: largeLayers });
    ctx.emit({ type: 'note', level: 'info', text: costSentence(cost) });
    for (const text of warnings) ctx.emit({ type: 'note', level: 'warn', text });
    const pushed: NonNullable<RunContext['facts']['pushed']> = [];
    ctx.facts.pushed = pushed;
    // With --promote the phase comes after smoke, which would have ended the run.
    const names = promote === undefined ? [to] : [to, taggedAs(to, promote)];
    for (const name of names) {
      const { ref, digest } = await pushImage({
        docker,
        image: image.id,
        to: name,
        ports: portsOf(ctx),
        emit: ctx.emit,
        signal,
      });
      pushed.push({ ref, digest });
    }
  },
};

/** Pods are amd64 alone (docs.runpod.io, pods overview): anything else ends there at its start. */
async function forPods(docker: Docker, id: string): Promise<void> {
  const { Architecture, Os } = await docker.getImage(id).inspect();
  if (Architecture === 'amd64') return;
  throw new Failure({
    code: 'push-wrong-architecture',
    sentence: `The image is for ${Os}/${Architecture}; a pod of Runpod runs linux/amd64.`,
    phase: 'push',
    fixes: [
      { label: 'Build it on a computer with an Intel or AMD processor, or on a server with ssh' },
    ],
  });
}

/**
 * What would end the push after a whole build, looked at before it: a name that is none, nobody
 * logged in where that is always needed, models in a layer that the registry does not take.
 */
export async function pushAhead(ctx: RunContext, signal: AbortSignal): Promise<void> {
  const { pushTo, largeLayers } = ctx.request;
  if (pushTo === undefined) return;
  const to = parseImageName(pushTo);
  await loginNeeded(to, { ...portsOf(ctx), signal });
  const { planned } = ctx;
  if (planned.choices.placement !== 'baked') return;
  const models = planned.plan.models.map(({ bytes, estimatedBytes }) => bytes ?? estimatedBytes);
  // docker/steps/models.sh puts them into one layer.
  const layer = models.reduce((sum, bytes) => sum + bytes, 0);
  checkLimits(to.host, pushCost([layer]), { anyway: largeLayers });
}

function portsOf({ ports, home }: RunContext) {
  return { ...ports, home };
}
