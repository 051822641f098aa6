import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextHash } from '../build/build-context.ts';
import type { ResolvedChoices } from '../contract/choices.ts';
import type { EngineState } from '../machine/types.ts';
import { makeFolder } from '../ports/make-folder.ts';
import { assetPath } from '../recipe/assets.ts';
import { assembleRehearsalContext } from '../recipe/rehearsal-context.ts';
import type { PlanInput } from '../recipe/types.ts';
import { personPath } from './person-path.ts';

export interface ContextRequest {
  choices: ResolvedChoices;
  engine: EngineState;
  /** Where assembled contexts are kept from run to run. */
  contextsDir: string;
  /** Folder that relative paths in the choices start from. */
  cwd: string;
  /** What `~` stands for. */
  home: string;
}

/** The build context of the chosen recipe, with its hash; null when nothing is built. */
export async function buildContext(request: ContextRequest): Promise<PlanInput['context']> {
  const { choices } = request;
  if (choices.image !== undefined) return null;
  switch (choices.recipe) {
    case 'rehearsal':
      return hashed(await rehearsal(request));
    case 'custom': {
      return hashed(ownContext(choices, request));
    }
    case 'steadydancer': {
      const dir = assetPath('docker');
      return hashed({ dir, dockerfile: join(dir, 'Dockerfile') });
    }
    default:
      return choices.recipe satisfies never;
  }
}

/**
 * A person's own folder and Dockerfile. As with docker's `--file`, the Dockerfile is looked for from
 * where the command was given; where it is not there, inside the context.
 */
function ownContext({ context, dockerfile }: ResolvedChoices, { cwd, home }: ContextRequest) {
  const dir = personPath(context ?? '.', { home }, cwd);
  const here = personPath(dockerfile ?? join(dir, 'Dockerfile'), { home }, cwd);
  const inside = personPath(dockerfile ?? 'Dockerfile', { home }, dir);
  return { dir, dockerfile: !existsSync(here) && existsSync(inside) ? inside : here };
}

async function rehearsal({ engine, contextsDir }: ContextRequest) {
  // Without an engine: what this machine's own would be.
  const own = process.arch === 'x64' ? 'amd64' : process.arch;
  const engineArch = engine.state === 'ready' ? engine.arch : own;
  const engineOs = engine.state === 'ready' ? engine.os : 'linux';
  return assembleRehearsalContext({
    destination: join(writable(contextsDir), `rehearsal-${engineOs}-${engineArch}`),
    engineArch,
    engineOs,
  });
}

/**
 * The folder, made; where nothing may be written (a read-only home) one for this process alone, so
 * that a plan can be made there as well. A run needs the folder, and says so itself.
 */
function writable(contextsDir: string): string {
  try {
    makeFolder(contextsDir);
    accessSync(contextsDir, constants.W_OK);
    return contextsDir;
  } catch {
    const scratch = mkdtempSync(join(tmpdir(), 'steadydancer-contexts-'));
    process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
    return scratch;
  }
}

async function hashed(context: { dir: string; dockerfile: string }) {
  const { hash, bytes } = await contextHash(context.dir, context.dockerfile);
  return { ...context, hash, bytes };
}
