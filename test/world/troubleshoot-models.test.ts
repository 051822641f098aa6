import { mkdirSync, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Choices } from '../../src/contract/choices.ts';
import type { NetworkTarget } from '../../src/machine/network-targets.ts';
import { fixActions } from '../../src/troubleshoot/fixes/actions.ts';
import { mirrorPlan } from '../../src/troubleshoot/fixes/mirrors.ts';
import type { FailedRun } from '../../src/troubleshoot/fixes/types.ts';
import {
  diagnosisOf,
  failedRun,
  made,
  troubleOf,
  worldOf,
} from '../unit/troubleshoot/fixes/failed-run.ts';
import { type HubFile, hubFile } from './hub/hub.ts';
import { filesIn, hubWith, pullFrom, REPO, scratch, sha256, wantedOf } from './hub/pulling.ts';

const go = new AbortController().signal;
const noLine = () => {};

/** A run whose plan has just this file, in this folder. */
function runWith(folder: string, file: HubFile, choices: Choices = {}): FailedRun {
  const run = failedRun({ ...choices, modelsDir: folder }, { phase: 'models' });
  if (!run.planned) throw new Error('it plans');
  const model = {
    ...{ file: file.path, bytes: file.size, estimatedBytes: file.size },
    ...{ sha256: file.sha256, url: '', present: false },
  };
  run.planned.plan.models = [model];
  return run;
}

it('a truncated model is named, removed by y, and fetched whole by the next try', async () => {
  const file = hubFile(REPO, 'sub/weights.safetensors', Buffer.alloc(900_000, 7));
  const hub = await hubWith({ files: [file] });
  const folder = scratch();
  const wanted = wantedOf(file, { bytes: file.size, sha256: file.sha256 });
  expect((await pullFrom(hub, folder, [wanted])).ok).toBe(true);
  const path = join(folder, file.path);
  truncateSync(path, 1234);
  const broken = await pullFrom(hub, folder, [wanted]);
  expect(broken.failure?.code).toBe('models-other-file');
  expect(statSync(path).size).toBe(1234);

  const trouble = troubleOf(
    runWith(folder, file),
    broken.failure?.toDiagnosis() ?? diagnosisOf('', ''),
  );
  const plan = made(
    await (fixActions['models-pull'] as (typeof fixActions)[string])(
      trouble,
      { label: 'Fetch it again', applies: 'models-pull' },
      worldOf(),
    ),
  );
  expect(plan).toMatchObject({
    confirm: 'y',
    undo: null,
    download: file.size,
    objects: [{ name: file.path, bytes: 1234 }],
  });
  expect(statSync(path).size).toBe(1234);
  expect(await plan.apply(go, noLine)).toEqual({});
  expect((await pullFrom(hub, folder, [wanted])).ok).toBe(true);
  expect(sha256(path)).toBe(file.sha256);
});

it('models move to the folder that is named, and the next try looks there', async () => {
  const file = hubFile(REPO, 'sub/weights.safetensors', Buffer.alloc(10_000, 3));
  const hub = await hubWith({ files: [file] });
  const [folder, other] = [scratch(), join(scratch(), 'deep')];
  mkdirSync(dirname(join(folder, file.path)), { recursive: true });
  await pullFrom(hub, folder, [wantedOf(file)]);
  const plan = made(
    await (fixActions['move-models'] as (typeof fixActions)[string])(
      troubleOf(runWith(folder, file), diagnosisOf('disk-full-models', '')),
      { label: 'Put the models elsewhere', applies: 'move-models' },
      worldOf(),
    ),
  );
  expect(plan).toMatchObject({ frees: file.size, confirm: 'y' });
  await expect(plan.apply(go, noLine)).rejects.toThrow('folder');
  expect(await plan.apply(go, noLine, other)).toEqual({ choices: { modelsDir: other } });
  expect(filesIn(other)).toEqual([file.path]);
  expect(filesIn(folder)).not.toContain(file.path);
});

it('a dead mirror: the origin that answers now is taken, measured; nothing else is', async () => {
  const bytes = Buffer.alloc(3_000_000, 1);
  const origin = createServer((_request, response) => response.end(bytes));
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const target = (name: string, value: string, isOrigin: boolean): NetworkTarget => ({
    ...{ kind: 'hub', name, origin: isOrigin, value, probe: `${value}/file`, source: 'here' },
  });
  const dead = 'http://127.0.0.1:9';
  const other = 'http://127.0.0.1:10';
  const run = failedRun({ mirrors: { hub: dead, pip: 'https://pip.example' } });
  const trouble = troubleOf(run, diagnosisOf('models-source-unavailable', 'ECONNREFUSED'));
  const listed = [target('Origin', url, true), target('Dead too', other, false)];
  try {
    const plan = made(await mirrorPlan(trouble, 'hub', worldOf(), listed));
    expect(plan.title).toMatch(/^Ask Origin itself, without the mirror, [\d.,]+ .B\/s$/);
    expect(plan.notes.join('\n')).toMatch(/Dead too: .*tried just now/);
    const { choices } = await plan.apply(go, noLine);
    expect(choices).toEqual({ mirrors: { pip: 'https://pip.example' } });
    const none = await mirrorPlan(trouble, 'hub', worldOf(), listed.slice(1));
    expect(none).toEqual({ not: expect.stringContaining('Dead too') });
  } finally {
    origin.close();
    origin.closeAllConnections();
  }
});
