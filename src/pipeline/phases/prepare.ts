import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import { phaseIds } from '../../contract/ids.ts';
import { engineProblemCodes } from '../../machine/problem-codes.ts';
import { connectDocker, resolveEndpoint } from '../../ports/docker.ts';
import type { Phase, RunContext } from '../context.ts';
import { deployAhead } from './deploy.ts';
import { readyGpu } from './gpu-ready.ts';
import { pushAhead } from './push.ts';

/** The machine can do what is planned: engine, GPU, disk, consent to be reachable from outside. */
export const prepare: Phase = {
  id: 'prepare',
  after: [],
  satisfied: async () => false,
  async run(ctx, signal) {
    const { engine } = ctx.machine;
    if (engine.state !== 'ready') {
      throw new Failure({
        code: engineProblemCodes[engine.state],
        sentence: engine.sentence,
        proof: engine.proof,
        fixes: engine.fixes,
      });
    }
    if (ctx.planned.refusal) throw ctx.planned.refusal;
    checkTarget(ctx);
    await confirmExposure(ctx);
    emitGpus(ctx);
    const docker = await connectDocker(await resolveEndpoint(ctx.ports.env, ctx.home));
    ctx.facts.engine = { docker, facts: engine };
    signal.throwIfAborted();
    await pushAhead(ctx, signal);
    deployAhead(ctx);
    await keepInputs(ctx);
    await readyGpu(ctx, signal);
  },
};

/** Nothing is started in this run. */
function endsWithImage({ request: { until, promote, pushTo }, planned }: RunContext): boolean {
  const { target } = planned.choices;
  if (target === 'file' || (target === 'runpod' && pushTo !== undefined)) return true;
  if (until === 'push') return promote === undefined;
  return until !== undefined && phaseIds.indexOf(until) <= phaseIds.indexOf('image');
}

/** What this version does for another machine ends with the image. */
function checkTarget(ctx: RunContext): void {
  const { target } = ctx.planned.choices;
  if (target === 'local' || endsWithImage(ctx)) return;
  if (target === 'ssh') throw onServerInstead();
  throw new Failure({
    code: 'target-not-here',
    sentence: `Target ${target} is built here and not started here.`,
    fixes: [
      {
        label: 'Build the image',
        command: `steadydancer run --set target=${target} --until image`,
      },
      {
        label: 'Build and push it, for a pod: REGISTRY/NAME:TAG',
        command: `steadydancer run --set target=${target} --push-to REF`,
      },
    ],
  });
}

/** On the server it is local: its GPU, disk, paths and ports are seen there and nowhere else. */
function onServerInstead(): Failure {
  return new Failure({
    code: 'target-not-here',
    sentence: 'A server with ssh builds and runs it itself: start the wizard there.',
    fixes: [
      { label: 'Shown here, run there', command: 'steadydancer --on user@host' },
      { label: 'Build the image here', command: 'steadydancer run --set target=ssh --until image' },
    ],
  });
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Anyone who reaches ComfyUI can run programs on this computer: never by a default, never by --yes. */
async function confirmExposure(ctx: RunContext): Promise<void> {
  const { listen } = ctx.planned.choices;
  if (LOOPBACK.includes(listen) || ctx.request.exposeConfirmed || endsWithImage(ctx)) return;
  const answer = await ctx.ask({
    id: 'expose',
    text: `ComfyUI has no password: anyone who reaches ${listen} can run programs on this computer. Publish it there?`,
    options: [
      { id: 'loopback', label: 'Only this computer' },
      { id: 'expose', label: 'Publish it' },
    ],
    unattended: null,
    flag: '--expose',
  });
  if (answer === 'loopback') ctx.planned.choices.listen = '127.0.0.1';
}

function emitGpus({ machine, emit }: RunContext): void {
  if (machine.gpu.state !== 'ready') return;
  for (const { index, name, memoryTotalBytes, memoryFreeBytes } of machine.gpu.gpus) {
    const known = memoryTotalBytes !== null && memoryFreeBytes !== null;
    emit({
      type: 'gpu',
      index,
      name,
      memoryTotalBytes,
      memoryUsedBytes: known ? memoryTotalBytes - memoryFreeBytes : null,
    });
  }
}

/** What the image is built from, kept beside the log: the plan and the Dockerfile as they were. */
async function keepInputs({ runDir, planned, context }: RunContext): Promise<void> {
  const dir = join(runDir, 'inputs');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFile(join(dir, 'plan.json'), `${JSON.stringify(planned.plan, null, 2)}\n`);
  if (!context) return;
  // A Dockerfile that is not there is validate's to report.
  await copyFile(context.dockerfile, join(dir, basename(context.dockerfile))).catch(() => {});
}
