import type { Planned } from '../recipe/types.ts';
import { pinTitle } from './update-lines.ts';

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
const row = (name: string, text: string) => `  ${name.padEnd(11)}${text}`;
const range = ({ low, high }: { low: number; high: number }) =>
  high < 1
    ? `${Math.max(1, Math.round(high * 60))} s at most`
    : high < 2
      ? 'about 1 min'
      : `${Math.round(low)}-${Math.round(high)} min`;

/** The plan in words, for a terminal: what, from where, how large, how long, what to mind. */
export function planLines({ plan, choices, recommendation, steps, gpu, order }: Planned): string[] {
  // What cannot run has no steps; the reason stands on stderr.
  if (steps.length === 0) return [];
  const lines = [`Nothing has been changed. ${titles[choices.recipe]} would do this:`, ''];
  if (gpu)
    lines.push(
      row(
        'GPU',
        `${gpu.name}, ${Math.round(gpu.memoryBytes / 2 ** 30)} GB${gpu.here ? '' : ', elsewhere'}`,
      ),
    );
  if (recommendation) {
    const { variant, textEncoder, blockSwap, attention, stack, placement } = recommendation;
    lines.push(
      row(
        'Weights',
        `${variant.value}, text encoder ${textEncoder.value}, ${blockSwap.value} of 40 blocks in memory`,
      ),
      row('', variant.reason),
      row('Attention', `${attention.value}: ${attention.reason}`),
      row(
        'Stack',
        `${stack.value.title}, ComfyUI ${stack.value.comfyui.version ?? stack.value.comfyui.commit.slice(0, 7)}`,
      ),
      row(
        'Models in',
        placement.value === 'folder' ? choices.modelsDir : placementWords[placement.value],
      ),
    );
    for (const { change } of [stack, variant, attention]) {
      if (change) lines.push(row('', `would change it: ${change}`));
    }
  }
  for (const [at, { id, shipped, commit }] of (plan.pins ?? []).entries()) {
    const moved = `${pinTitle(id)} ${commit.slice(0, 7)}, shipped ${shipped.slice(0, 7)}`;
    lines.push(row(at === 0 ? 'Updated' : '', moved));
  }
  lines.push(
    row('Image', plan.image.ref),
    row('Address', `http://${choices.listen}:${choices.port}`),
    '',
  );
  for (const { title, cost } of steps) {
    const download = cost.downloadBytes > 0 ? `, ${gb(cost.downloadBytes)} to download` : '';
    if (cost.minutes.high > 0 || download)
      lines.push(row('step', `${title}: ${range(cost.minutes)}${download}`));
  }
  const download = steps.reduce((bytes, { cost }) => bytes + cost.downloadBytes, 0);
  lines.push(
    row(
      'in all',
      download > 0 ? `${range(plan.minutes)}, ${gb(download)} to download` : range(plan.minutes),
    ),
  );
  for (const { place, freeBytes, peakBytes, path } of plan.disk) {
    if (peakBytes < 1e6) continue;
    const free = freeBytes === null ? 'free space not seen' : `of ${gb(freeBytes)} free`;
    lines.push(
      row('disk', `${place}${path ? ` (${path})` : ''}: ${gb(peakBytes)} at the most, ${free}`),
    );
  }
  if (order === 'one-after-the-other')
    lines.push(row('order', 'the models come when the image is built'));
  for (const { text } of plan.warnings) lines.push(`! ${text}`);
  return lines;
}

const titles = {
  steadydancer: 'SteadyDancer',
  rehearsal: 'The rehearsal',
  custom: 'Your own recipe',
};
const placementWords = {
  folder: 'a folder',
  volume: 'Docker volume steadydancer-models',
  baked: 'the image itself',
};
