import { resolve } from 'node:path';
import { defaultChoices } from '../contract/choices.ts';
import type { EventBody } from '../contract/events.ts';
import { EVENTS_VERSION } from '../contract/events.ts';
import { exitCodes, signalExitCodes } from '../contract/exit-codes.ts';
import { type Failure, UsageError } from '../contract/failure.ts';
import type { ModelsReport } from '../contract/models.ts';
import { hubAccess } from '../models/hub-access.ts';
import { withKeptToken } from '../models/kept-token.ts';
import { usualPlaces } from '../models/reuse.ts';
import type { DownloadLimits, ModelOutcome, WantedModel } from '../models/types.ts';
import { parseManifest, wantedModel } from '../models/wanted.ts';
import { personPath } from '../pipeline/person-path.ts';
import { systemClock } from '../ports/clock.ts';
import { readPlainText, whyUnreadable } from '../ports/plain-file.ts';
import { systemProcesses } from '../ports/processes.ts';
import { formatBytes } from '../text/format.ts';
import { type Io, outJson } from './io.ts';
import { modelLine } from './model-lines.ts';
import { parseModelsOptions } from './models-options.ts';
import { folderStore, type ModelsStore, type StoreOrders, volumeStore } from './models-store.ts';

const actions = ['pull', 'verify', 'list', 'where', 'remove'];

type Options = ReturnType<typeof parseModelsOptions>;

interface Errand {
  options: Options;
  io: Io;
  store: ModelsStore;
  models: WantedModel[];
}

/** `models pull|verify|list|where|remove`: the files, without the rest of a run. */
export async function models(
  action: string,
  given: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const options = parseModelsOptions(given);
  const stop = new AbortController();
  const ended = { exitCode: exitCodes.sigint as number };
  const onSignal = (signal: NodeJS.Signals) => {
    ended.exitCode = signalExitCodes[signal as keyof typeof signalExitCodes] ?? exitCodes.sigint;
    stop.abort(new Error(`stopped by ${signal}`));
  };
  for (const signal of Object.keys(signalExitCodes)) process.once(signal, onSignal);
  try {
    const wanted = await wantedModels(options, io, stop.signal);
    const orders: StoreOrders = {
      io,
      models: wanted,
      emit: (event) => {
        // Waits are for who sits in front, also where stdout is read by a program.
        if (event.type === 'note') io.say(event.text);
        else if (options.json) outJson(io, stamped(event));
        else say(event, io);
      },
      signal: stop.signal,
    };
    if (!actions.includes(action)) throw unknownAction(action);
    const store =
      options.placement === 'volume'
        ? await volumeStore(orders)
        : folderStore(pathOf(options.dest ?? defaultChoices.modelsDir, io), orders);
    return await act(action, { options, io, store, models: wanted });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    io.say('Stopped. What came is kept; the same command goes on from there.');
    return ended.exitCode;
  } finally {
    for (const signal of Object.keys(signalExitCodes)) process.off(signal, onSignal);
  }
}

async function act(action: string, errand: Errand): Promise<number> {
  switch (action) {
    case 'pull':
      return pullAll(errand);
    case 'verify':
      return look(errand, true);
    case 'list':
      return look(errand, false);
    case 'where':
      return where(errand);
    case 'remove':
      return removeSome(errand);
    default:
      throw unknownAction(action);
  }
}

function unknownAction(action: string): UsageError {
  return new UsageError(`models does not know ${action}: pull, verify, list, where or remove.`);
}

async function pullAll(errand: Errand): Promise<number> {
  const { options, io, store } = errand;
  const env = await withKeptToken({ env: io.env, home: io.home, processes: systemProcesses });
  const report = await store.pull({
    access: hubAccess(env, {
      ...(options.hub ? { endpoint: options.hub } : {}),
      tokenToMirror: options.tokenToMirror,
    }),
    limits: limitsOf(options),
    reuseFrom: [...options.reuse.map((path) => pathOf(path, io)), ...usualPlaces(io.env, io.home)],
    replace: options.replace,
  });
  finish(errand, report.files, report.ok);
  // A host that does not answer is the same sentence for each of its files.
  const failures = report.files.flatMap(({ failure }) => failure ?? []);
  for (const [at, failure] of failures.entries()) {
    if (failures.findIndex(({ message }) => message === failure.message) === at)
      sayFailure(failure, io);
  }
  return report.failure ? (report.failure.details.exitCode ?? exitCodes.models) : exitCodes.done;
}

async function look(errand: Errand, thorough: boolean): Promise<number> {
  const files = await errand.store.verify(thorough);
  const ok = files.every(({ state }) => state === 'present');
  finish(errand, files, ok);
  return ok || !thorough ? exitCodes.done : exitCodes.models;
}

async function where(errand: Errand): Promise<number> {
  const { io, options, store } = errand;
  const files = await store.verify(false, () => undefined);
  if (options.json) finish(errand, files, true);
  else {
    io.out(store.name);
    for (const { path } of files) if (path) io.out(path);
  }
  return exitCodes.done;
}

async function removeSome(errand: Errand): Promise<number> {
  const { io, options, models: wanted, store } = errand;
  const named = options.files.length > 0 ? options.files : wanted.map(({ file }) => file);
  const list = await store.removable(named);
  const absent = options.files.filter((name) => list.every(({ file }) => file !== name));
  if (absent.length > 0) throw await notThere(absent, errand);
  const bytes = list.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of list) io.say(`  ${formatBytes(one.bytes).padStart(9)}  ${one.file}`);
  const report = (ok: boolean, state: 'present' | 'missing') => {
    const files = list.map(({ file, bytes: freed }) => ({
      file,
      state,
      bytes: freed,
      sha256: null,
    }));
    if (options.json) outJson(io, { v: 1, ok, files } satisfies ModelsReport);
  };
  if (list.length > 0 && !options.yes) {
    report(false, 'present');
    io.say(
      `Remove ${formatBytes(bytes)} of models from ${store.name}; cannot be undone. Add --yes to do it.`,
    );
    return exitCodes.question;
  }
  await store.remove(list);
  report(true, 'missing');
  io.say(`Removed ${formatBytes(bytes)} from ${store.name}.`);
  return exitCodes.done;
}

/** Nothing is removed where one of the names is wrong: what else was meant is not known. */
async function notThere(absent: string[], { models: wanted, store }: Errand): Promise<UsageError> {
  const there = await store.removable(wanted.map(({ file }) => file));
  const names = there.map(({ file }) => file).join(', ');
  return new UsageError(
    `There is no ${absent.join(', no ')} in ${store.name}; nothing was removed. ${
      names ? `There is: ${names}.` : 'None of the models of this manifest or recipe is there.'
    }`,
  );
}

async function wantedModels(options: Options, io: Io, signal: AbortSignal): Promise<WantedModel[]> {
  if (options.manifest) {
    const path = resolve(io.cwd, options.manifest);
    return parseManifest(
      await readPlainText(path, signal).catch((error) => {
        signal.throwIfAborted();
        throw new UsageError(`The manifest ${path} cannot be read: ${whyUnreadable(error)}.`);
      }),
    );
  }
  const { neededModels } = await import('../recipe/models.ts');
  const { variant, textEncoder } = options;
  return neededModels({ variant, textEncoder, pose: 'onnx' }).map(wantedModel);
}

function finish({ options, io, store }: Errand, files: ModelOutcome[], ok: boolean): void {
  const report: ModelsReport = {
    v: 1,
    ok,
    files: files.map(({ file, state, bytes, sha256 }) => ({ file, state, bytes, sha256 })),
  };
  if (options.json) {
    outJson(io, report);
    return;
  }
  const there = files.filter(
    ({ state }) => state === 'present' || state === 'done' || state === 'reused',
  );
  const bytes = there.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  io.say(`${there.length} of ${files.length} models, ${formatBytes(bytes)}, in ${store.name}`);
  for (const { file, mount } of files)
    if (mount) io.say(`  ${file} stays in ${mount}: mount it too`);
}

function sayFailure(failure: Failure, io: Io): void {
  const { sentence, proof, fixes, code } = failure.details;
  io.say(`${sentence} (${code})`);
  if (proof) io.say(`  ${proof}`);
  for (const fix of fixes ?? [])
    io.say(`  - ${fix.label}${fix.command ? `:  ${fix.command}` : ''}`);
}

function limitsOf(options: Options): Partial<DownloadLimits> {
  const { connections, limitRate } = options;
  return {
    ...(connections ? { parts: connections, perHost: connections } : {}),
    ...(limitRate ? { bytesPerSecond: limitRate } : {}),
  };
}

function pathOf(path: string, io: Io): string {
  return personPath(path, io, io.cwd);
}

function stamped(event: EventBody) {
  return { v: EVENTS_VERSION, at: systemClock.now().toISOString(), ...event };
}

function say(event: EventBody, io: Io): void {
  const line = event.type === 'model' ? modelLine(event, systemClock.monotonicMs()) : null;
  if (line) io.say(line);
}
