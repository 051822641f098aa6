import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DeployReport } from '../contract/deploy.ts';
import type { EventBody } from '../contract/events.ts';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import { Cancelled } from '../pipeline/cancel.ts';
import { endingOf } from '../pipeline/result.ts';
import { openPodsApi, type PodsApi } from '../pods/api.ts';
import { ApiProblem, apiFailure } from '../pods/api-problem.ts';
import { type Deployed, deploy as deployPod } from '../pods/deploy.ts';
import { monthly } from '../pods/deploy-plan.ts';
import { noCandidate } from '../pods/no-candidate.ts';
import { podsDir } from '../pods/pod-records.ts';
import { podStatus } from '../pods/pod-status.ts';
import { podsKey } from '../pods/pods-key.ts';
import { stillRunning } from '../pods/still-running.ts';
import { templateBody } from '../pods/template.ts';
import { systemClock } from '../ports/clock.ts';
import { places } from '../profiles/places.ts';
import { connectionOptions } from './comfy-connection.ts';
import { type DeployOptions, type DeployWish, deployWish } from './deploy-options.ts';
import { planLinesOf, planReport } from './deploy-plan-report.ts';
import { type Io, outJson } from './io.ts';
import { plainLine } from './plain-lines.ts';

/** A minute has 60 calls (facts runpod §1); other tools of the account take theirs. */
const POLL_MS = 5_000;

/**
 * `steadydancer deploy`: what a pod would be and cost; with `--pay` also the pod, to its tested
 * ComfyUI and to its end. Gives 0, 20, 15 where the test failed, 17 where nothing came.
 */
export async function deploy(options: DeployOptions, io: Io): Promise<number> {
  const wish = await deployWish(options, io);
  const say = (line: string) => io.say(line);
  if (options.template !== undefined) return writeTemplate(options.template, wish, io);
  const key = podsKey(io);
  const controller = new AbortController();
  const signals = Object.keys(signalExitCodes) as (keyof typeof signalExitCodes)[];
  const stop = (by: NodeJS.Signals) => {
    // A second Ctrl-C would leave a pod behind that goes on costing.
    if (controller.signal.aborted) return say('What was rented is being ended; a moment more.');
    controller.abort(new Cancelled(by as keyof typeof signalExitCodes));
  };
  for (const by of signals) process.on(by, stop);
  const openApi = (signal: AbortSignal) =>
    openPodsApi({ env: io.env, key, clock: systemClock, signal });
  const api = openApi(controller.signal);
  try {
    if (options.createTemplate) return await makeTemplate(api, wish, io);
    const report = await planReport(api, wish);
    for (const line of planLinesOf(report, wish)) say(line);
    if (wish.pay !== null)
      await paid(report, wish, { api, openApi, io, signal: controller.signal });
    if (options.json) outJson(io, report);
    return report.exitCode;
  } catch (error) {
    if (error instanceof ApiProblem) throw apiFailure(error);
    if (!(error instanceof Cancelled)) throw error;
    say('Stopped, as asked; nothing was started.');
    return error.exitCode;
  } finally {
    await api.close().catch(() => undefined);
    for (const by of signals) process.off(by, stop);
  }
}

interface Paying {
  api: PodsApi;
  openApi(signal: AbortSignal): PodsApi;
  io: Io;
  signal: AbortSignal;
}

async function paid(
  report: DeployReport,
  wish: DeployWish,
  { api, openApi, io, signal }: Paying,
): Promise<void> {
  const { pay, limit } = wish;
  if (pay === null || limit === null) return;
  report.paid = true;
  if (report.candidates.length === 0) throw noCandidate(wish.need.gpu, pay);
  const name = `steadydancer-${randomBytes(4).toString('hex')}`;
  const volume = await volumeFor(api, report, wish, name);
  const runsDir = places(io.env, io.home).runs;
  const dir = podsDir(runsDir);
  const done = await deployPod({
    ...{ openApi, env: io.env, clock: systemClock, dir, signal, pay, limit },
    proxy: connectionOptions({ url: '' }, io).proxy ?? {},
    outDir: join(dir, name),
    choices: wish.planned.choices,
    profile: wish.profile,
    body: {
      ...{ name, image: report.image, disk: report.diskGb, env: wish.need.env },
      ...{ ports: ['8188/http'], cloud: report.cloud },
      ...(wish.dataCenter === null ? {} : { dataCenterIds: [wish.dataCenter] }),
      ...(volume === null
        ? {}
        : { mounts: { network: [{ volumeId: volume, path: wish.modelsPath }] } }),
      ...(wish.registry === null ? {} : { registry: wish.registry }),
    },
    candidates: report.candidates.map((one) => ({ ...one, name: one.id })),
    minCudaVersion: report.minCudaVersion,
    ...{ keep: wish.keep, idleMs: wish.idleMs, patienceMs: wish.patienceMs, pollMs: POLL_MS },
    say: (line) => io.say(line),
    emit: (event) => sayEvent(event, io),
  });
  tell(report, done, wish, io);
}

/** A new volume costs by the month from now on, so only by its own flag; it is named from then on. */
async function volumeFor(
  api: PodsApi,
  report: DeployReport,
  { newVolume, dataCenter }: DeployWish,
  name: string,
): Promise<string | null> {
  if (!newVolume || report.volume === null || dataCenter === null) return report.volume?.id ?? null;
  const made = await api.createVolume({ name, size: report.volume.sizeGb, dataCenter });
  report.volume = {
    ...report.volume,
    id: made.id,
    pricePerMonth: monthly(made.size || report.volume.sizeGb),
  };
  return made.id;
}

function tell(report: DeployReport, done: Deployed, { keep }: DeployWish, io: Io): void {
  const now = systemClock.now();
  report.attempts = done.attempts;
  report.smoke = done.smoke;
  report.outputs = done.outputs;
  report.costUsd = done.costUsd;
  report.running = done.running.map((one) => podStatus(one, done.notEnded ?? 'RUNNING', now));
  const still = done.running.some(({ name }) => name === done.pod?.name);
  report.pod = done.pod && podStatus(done.pod, still ? 'RUNNING' : 'ended', now);
  report.stop = report.running.length > 0 ? ['steadydancer stop'] : [];
  const costs = `Cost so far: about ${done.costUsd.toFixed(2)} $.`;
  const rest = `${costs} ${stillRunning(report.running, done.notEnded)}${volumeSentence(report)}`;
  if (done.failure === null) {
    const where = still
      ? ` It runs at ${report.pod?.url}, a public address.`
      : ' The pod is ended.';
    report.ok = true;
    report.exitCode = exitCodes.done;
    report.summary = `The pod passed its test.${keep ? where : ' The pod is ended.'} ${rest}`;
    if (report.running.length > 0 && !keep) {
      report.ok = false;
      report.exitCode = exitCodes.deploy;
      report.summary = `The pod passed its test, and could not be ended: ${done.notEnded}. ${rest}`;
    }
  } else {
    const ending = endingOf(done.failure, 'deploy');
    report.exitCode = ending.exitCode;
    report.diagnoses = ending.diagnoses;
    report.summary = `${ending.summary} ${rest}`;
  }
  io.say(report.summary);
  for (const { fixes } of report.diagnoses) {
    for (const fix of fixes) io.say(`  - ${fix.label}${fix.command ? `:  ${fix.command}` : ''}`);
  }
  for (const { path } of report.outputs) io.say(`  ${path}`);
}

/** The volume too is named: it costs by the month. */
function volumeSentence({ volume }: DeployReport): string {
  if (!volume?.id) return '';
  return ` Network volume ${volume.id} stays, ${volume.pricePerMonth} $ a month, until you delete it.`;
}

async function writeTemplate(file: string, wish: DeployWish, io: Io): Promise<number> {
  const text = `${JSON.stringify(templateBody(wish), null, 2)}\n`;
  if (file === '-') io.out(text.trimEnd());
  else {
    const path = resolve(io.cwd, file);
    await writeFile(path, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`The template was not written to ${path}: ${error.message}`);
    });
    io.say(`${path} is the body of POST https://api.runpod.io/v2/templates.`);
  }
  return exitCodes.done;
}

async function makeTemplate(api: PodsApi, wish: DeployWish, io: Io): Promise<number> {
  const body = templateBody(wish);
  const { id } = await api.createTemplate(body);
  io.say(`Template ${body.name} (${id}) is in your account; it costs nothing.`);
  return exitCodes.done;
}

function sayEvent(event: EventBody, io: Io): void {
  const at = systemClock.now().toISOString();
  const line = plainLine({ v: 1, at, ...event });
  if (line !== null) io.say(line);
}
