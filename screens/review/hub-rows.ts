import { stackById } from '../../src/recipe/stacks.ts';
import type { Planned } from '../../src/recipe/types.ts';
import { isLoopback } from '../choices/option-fields.ts';
import { homePath } from '../home-path.ts';
import type { Page } from '../wizard-state.ts';
import { words } from '../words.ts';

/** A line of the review that opens the page that it was decided on. */
export interface HubRow {
  id: string;
  label: string;
  text: string;
  opens: Page['at'] &
    ('target' | 'variant' | 'attention' | 'folders' | 'options' | 'save' | 'image');
}

export interface Reviewed {
  planned: Planned;
  profile: string | null;
  changed: boolean;
  home: string | null;
}

/** What Start will do, line by line, in the order of the steps. */
export function hubRows({ planned, profile, changed, home }: Reviewed): HubRow[] {
  const { review } = words;
  const { choices, plan, gpu } = planned;
  const rows: (HubRow | null)[] = [
    choices.image !== undefined
      ? row('image', review.image, choices.image, 'image')
      : choices.recipe === 'steadydancer'
        ? null
        : row('recipe', review.recipe, review.recipes[choices.recipe], 'options'),
    choices.recipe === 'steadydancer'
      ? row('target', review.target, targetText(planned), 'target')
      : null,
    weights(choices) === null ? null : row('weights', review.weights, weights(choices), 'variant'),
    choices.attention && choices.image === undefined
      ? row('attention', review.attention, attentionText(planned), 'attention')
      : null,
    plan.stack && choices.image === undefined
      ? row('stack', review.stack, stackText(plan.stack), 'attention')
      : null,
    plan.models.length > 0
      ? row('models', review.models, modelsPlace(choices, home), 'folders')
      : null,
    gpu && !gpu.here
      ? null
      : row('videos', review.videos, homePath(choices.outputDir, home), 'folders'),
    gpu && !gpu.here
      ? null
      : row('address', review.address, address(choices.listen, choices.port), 'options'),
    row('profile', review.profile, profileText(profile, changed), 'save'),
  ];
  return rows.filter((one) => one !== null);
}

function row(id: string, label: string, text: string | null, opens: HubRow['opens']): HubRow {
  return { id, label, text: text ?? '', opens };
}

function targetText({ choices, gpu }: Planned): string {
  const { review, target } = words;
  const name = gpu?.name ?? review.noGpu;
  if (choices.target === 'local') return gpu && !gpu.here ? review.builtFor(name) : name;
  return `${target.ways[choices.target].label}, ${name}`;
}

function weights({ variant, textEncoder, blockSwap }: Planned['choices']): string | null {
  if (!variant) return null;
  const parts = [variant as string];
  if (textEncoder) parts.push(words.review.textEncoder(textEncoder));
  if (blockSwap) parts.push(words.review.blocks(blockSwap));
  return parts.join(', ');
}

function attentionText({ choices, recommendation }: Planned): string {
  const stack = recommendation?.stack.value;
  const version =
    choices.attention === 'flash-attn' && stack ? ` ${stack.flashAttention.version}` : '';
  const otherwise =
    choices.fallback === 'never' || choices.attention === 'sdpa' ? '' : words.review.otherwise;
  return `${choices.attention}${version}${otherwise}`;
}

function stackText(id: string): string {
  const stack = stackById(id);
  return stack ? `${stack.title}, ComfyUI ${stack.comfyui.version}` : id;
}

function modelsPlace({ placement, modelsDir }: Planned['choices'], home: string | null): string {
  if (placement === 'volume') return words.review.volume;
  return placement === 'baked' ? words.review.baked : homePath(modelsDir, home);
}

function address(listen: string, port: number): string {
  const host = listen.includes(':') ? `[${listen}]` : listen;
  const reach = isLoopback(listen) ? words.review.fromHere : words.review.fromNetwork;
  return `http://${host}:${port}, ${reach}`;
}

function profileText(profile: string | null, changed: boolean): string {
  const { review } = words;
  if (profile === null) return review.notSaved;
  return changed ? review.profileChanged(profile) : profile;
}
