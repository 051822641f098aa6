import { z } from 'zod';
import file from '../../docker/stacks.json' with { type: 'json' };
import { nodePackIds } from './nodes.ts';

const commit = z.string().regex(/^[0-9a-f]{40}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const version = z.string().regex(/^\d+(\.\w+)*$/);
const capability = z.string().regex(/^\d+\.\d$/);
const architecture = z.enum(['amd64', 'arm64']);
const bytes = z.int().positive();

/** Fields whose origin has to be named; `unverified` may name the same. */
const facts = {
  python: z.string().regex(/^3\.\d+$/),
  /** Architectures that have wheels of everything but flash-attn. */
  architectures: z.array(architecture).min(1),
  torch: z.strictObject({
    version,
    torchvision: version,
    torchaudio: version,
    /** null: PyPI's own wheel. */
    index: z.url().nullable(),
  }),
  /** Of torch's libraries, `12.8`. */
  cuda: z.string().regex(/^\d+\.\d+$/),
  flashAttention: z.strictObject({
    version,
    abi: z.enum(['TRUE', 'FALSE']),
    wheel: z.url(),
    /** null: not known; an import test decides. */
    sha256: sha256.nullable(),
    architectures: z.array(architecture),
    capabilities: z.array(capability).min(1),
  }),
  xformers: z.strictObject({ version, index: z.url().nullable() }),
  sageattention: z.strictObject({ version, capabilities: z.array(capability) }),
  /** `version` is for people; the commit is what is checked out. */
  comfyui: z.strictObject({ version: z.string().nullable(), commit }),
  nodes: z.record(z.enum(nodePackIds as [string, ...string[]]), commit),
  /** Compute capabilities that torch's libraries have code for. */
  capabilities: z.array(capability).min(1),
  driver: z.strictObject({
    /** What the stack's CUDA asks for. Under WSL the number is the Windows driver's. */
    linux: version,
    windows: version,
    /** Below this nothing runs; between, it runs by minor-version compatibility. */
    least: version,
  }),
  costs: z.strictObject({
    /** Unpacked image. */
    imageBytes: bytes,
    /** Compressed copy that containerd's image store keeps beside it. */
    compressedBytes: bytes,
    /** Build cache that can be dropped after the build. */
    cacheBytes: bytes,
    /** Base image; stays as cache. */
    baseBytes: bytes,
    downloadBytes: bytes,
  }),
};
type Fact = keyof typeof facts;
const factNames = Object.keys(facts) as [Fact, ...Fact[]];

/** One set of versions that go together, with the GPUs and drivers that it fits. */
export const stackSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/),
    title: z.string().min(1),
    ...facts,
    sources: z.record(z.enum(factNames), z.string().min(1)),
    unverified: z.array(z.enum(factNames)),
  })
  .superRefine((row, context) => {
    for (const problem of inconsistencies(row)) {
      context.addIssue({ code: 'custom', message: `${row.id}: ${problem}` });
    }
  });

interface Rules {
  python: string;
  torch: { version: string; index: string | null };
  cuda: string;
  flashAttention: { version: string; abi: string; wheel: string; capabilities: string[] };
  sageattention: { capabilities: string[] };
  capabilities: string[];
}

/** What must agree within a row, so that a wheel of another torch is found here and not in a build. */
function inconsistencies(row: Rules): string[] {
  const { flashAttention: flash } = row;
  const problems: string[] = [];
  const wheel = decodeURIComponent(flash.wheel);
  const minor = row.torch.version.split('.').slice(0, 2).join('.');
  const major = row.cuda.split('.')[0];
  const cp = `cp${row.python.replace('.', '')}`;
  const named = `+cu${major}torch${minor}cxx11abi${flash.abi}-${cp}-${cp}-`;
  if (!wheel.includes(named)) problems.push(`the flash-attn wheel is not for ${named}`);
  if (row.torch.index && !row.torch.index.endsWith(`/cu${row.cuda.replace('.', '')}`)) {
    problems.push(`torch's index is not for CUDA ${row.cuda}`);
  }
  for (const cc of [...flash.capabilities, ...row.sageattention.capabilities]) {
    if (!row.capabilities.includes(cc)) problems.push(`attention for ${cc}, torch without it`);
  }
  // Blackwell: torch >= 2.7 with CUDA >= 12.8 (PyTorch 2.7 release blog).
  const blackwell = row.capabilities.some((cc) => Number(cc) >= 10);
  const [x = 0, y = 0] = row.torch.version.split('.').map(Number);
  if (blackwell && (x * 100 + y < 207 || Number(row.cuda) < 12.8)) {
    problems.push('Blackwell needs torch 2.7 and CUDA 12.8');
  }
  return problems;
}

const fileSchema = z
  .strictObject({ default: z.string(), stacks: z.array(stackSchema).min(1) })
  .refine((all) => all.stacks.some(({ id }) => id === all.default), 'the default is no row')
  .refine(
    (all) => new Set(all.stacks.map(({ id }) => id)).size === all.stacks.length,
    'two rows have one id',
  );

export type Stack = z.infer<typeof stackSchema>;

let parsed: z.infer<typeof fileSchema> | undefined;
const all = () => (parsed ??= fileSchema.parse(file));

/** The rows of docker/stacks.json, the default first named in the file. */
export function stacks(): readonly Stack[] {
  return all().stacks;
}

export function stackById(id: string): Stack | null {
  return stacks().find((row) => row.id === id) ?? null;
}

/** The row that is taken when the machine allows any. */
export function defaultStack(): Stack {
  const row = stackById(all().default);
  if (!row) throw new Error('stacks.json names a default that it does not have');
  return row;
}
