import { z } from 'zod';
import type { Attention } from '../../contract/choices.ts';
import { Failure } from '../../contract/failure.ts';
import type { PhaseId } from '../../contract/ids.ts';
import { explainKernelProof } from './kernel-problem.ts';

/** What docker/prove/gpu.py printed, and how it ended; null: the engine could not tell. */
export interface ProofOutput {
  exitCode: number | null;
  text: string;
}

const measured = z.object({ ms: z.number(), error: z.number() });
const documentSchema = z.object({
  v: z.literal(1),
  ok: z.boolean(),
  /** The back-end that the image was built with; null for an image that is not ours. */
  built: z.string().nullable(),
  torch: z.string().optional(),
  cuda: z.string().nullish(),
  devices: z
    .array(z.object({ name: z.string(), memoryTotalBytes: z.number(), capability: z.string() }))
    .optional(),
  product: measured.optional(),
  attention: measured.extend({ ran: z.string(), kernel: z.string().nullable() }).optional(),
  step: z.string().optional(),
  error: z.string().optional(),
});
export type ProofDocument = z.output<typeof documentSchema>;

/** The kernels ran and gave right results. */
export interface KernelsProved {
  torch: string;
  /** What torch's CUDA runtime sees. */
  devices: { name: string; memoryTotalBytes: number; capability: string }[];
  /** `a bf16 product took 0.21 ms, sdpa (flash) 0.05 ms`. */
  words: string;
}

/**
 * Reads what the proof printed. Throws a Failure: what does not work, by the catalogue's codes.
 * @param asked the back-end that the plan has
 * @param phase where it was run
 */
export function readKernelProof(
  output: ProofOutput,
  asked: Attention,
  phase: PhaseId,
): KernelsProved {
  const document = documentOf(output.text);
  if (document && document.built !== null && document.built !== asked) {
    throw new Failure({
      code: 'smoke-attention-other',
      sentence: `The image was built with ${document.built}; ${asked} was asked for.`,
      proof: `/opt/steadydancer/attention: ${document.built}`,
      phase,
    });
  }
  const { product, attention, devices } = document ?? {};
  if (!document?.ok || !product || !attention || !devices) {
    throw explainKernelProof(output, document, asked, phase);
  }
  const kernel = attention.kernel === null ? '' : ` (${attention.kernel})`;
  return {
    torch: document.torch ?? 'unknown',
    devices,
    words: `a bf16 product took ${milliseconds(product.ms)}, ${attention.ran}${kernel} ${milliseconds(attention.ms)}`,
  };
}

/** The last line that is the document; libraries print before it and, at their end, behind it. */
function documentOf(text: string): ProofDocument | null {
  const lines = text.split('\n').filter((line) => line.startsWith('{"v": 1'));
  try {
    return documentSchema.parse(JSON.parse(lines.at(-1) ?? ''));
  } catch {
    return null;
  }
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}
