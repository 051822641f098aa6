import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Failure } from '../../../src/contract/failure.ts';
import type { RunFacts } from '../../../src/pipeline/context.ts';
import { namedByEngine } from '../../../src/pipeline/engine-gone.ts';

let dir: string;
let engine: Server;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sd-gone-'));
  engine = createServer((_request, response) => response.end('OK'));
  await new Promise<void>((resolve) => engine.listen(join(dir, 'docker.sock'), resolve));
});
afterEach(() => {
  engine.close();
  rmSync(dir, { recursive: true, force: true });
});

const symptom = new Failure({
  code: 'smoke-server-gone',
  sentence: 'ComfyUI does not answer any more.',
  proof: 'connect ECONNREFUSED 127.0.0.1:8188',
});
const facts = () =>
  ({
    engine: { docker: new Docker({ socketPath: join(dir, 'docker.sock') }) },
  }) as never as RunFacts;

it('a failure stands while the engine answers', async () => {
  const ending = { failure: symptom, failedPhase: 'smoke' } as const;
  expect(await namedByEngine({ facts: facts() }, ending)).toBe(symptom);
});

it('once the engine is gone it is the cause, and the symptom the proof', async () => {
  const ending = { failure: symptom, failedPhase: 'smoke' } as const;
  const world = { facts: facts() };
  engine.closeAllConnections();
  await new Promise((resolve) => engine.close(resolve));
  const failure = (await namedByEngine(world, ending)) as Failure;
  expect(failure.code).toBe('engine-gone');
  expect(failure.details.phase).toBe('smoke');
  expect(failure.details.proof).toMatch(/ENOENT.*; seen first: connect ECONNREFUSED 127\.0\.0\.1/);
  // A build that loses its engine says so itself; a bug stays a bug.
  const build = { failure: symptom, failedPhase: 'image' } as const;
  expect(await namedByEngine(world, build)).toBe(symptom);
  const bug = new TypeError('x');
  expect(await namedByEngine(world, { failure: bug, failedPhase: 'smoke' })).toBe(bug);
});
