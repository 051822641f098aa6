import { z } from 'zod';
import { textEncoders, variants } from '../contract/choices.ts';
import { UsageError } from '../contract/failure.ts';

const optionsSchema = z.object({
  files: z.array(z.string()).default([]),
  manifest: z.string().optional(),
  dest: z.string().min(1).optional(),
  placement: z.enum(['folder', 'volume']).default('folder'),
  variant: z.enum(variants).default('fp8'),
  textEncoder: z.enum(textEncoders).default('fp8'),
  hub: z.url({ protocol: /^https?$/ }).optional(),
  tokenToMirror: z.boolean().default(false),
  reuse: z.array(z.string()).default([]),
  replace: z.boolean().default(false),
  connections: z.coerce.number().int().min(1).max(32).optional(),
  /** MB/s on the command line, bytes per second inside. */
  limitRate: z.coerce
    .number()
    .positive()
    .transform((megabytes) => megabytes * 1e6)
    .optional(),
  yes: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** @throws UsageError */
export function parseModelsOptions(given: Record<string, unknown>): z.infer<typeof optionsSchema> {
  const parsed = optionsSchema.safeParse(given);
  if (parsed.success) {
    const { dest, placement } = parsed.data;
    if (placement === 'volume' && dest !== undefined) {
      throw new UsageError('models: --dest is for a folder; a volume has its name.');
    }
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? '').replace(
    /[A-Z]/g,
    (letter) => `-${letter.toLowerCase()}`,
  );
  throw new UsageError(`models: --${name}: ${issue?.message ?? 'is not understood'}.`);
}
