import { type Fit, memoryWords } from './fit.ts';
import { fitAttention } from './fit-attention.ts';
import { recommendStack, type StackSite } from './fit-stack.ts';
import type { WeightsSite } from './fit-weights.ts';
import { memoryNeeds } from './memory-needs.ts';
import type { Stack } from './stacks.ts';

/** Which driver would allow a newer stack; null where none would. */
export function stackChange(site: StackSite, row: Stack | null): string | null {
  const newest = recommendStack({ ...site, driver: null });
  if (!newest || newest.row.id === row?.id || site.driver === null) return null;
  const wanted = site.windowsDriver ? newest.row.driver.windows : newest.row.driver.linux;
  return `driver ${wanted} (here ${site.driver}) makes ${newest.row.title} possible`;
}

/** Why it is not flash-attn. */
export function attentionChange(row: Stack, site: StackSite): string | null {
  const fit: Fit = fitAttention('flash-attn', row, site);
  return fit.state === 'no' ? fit.reason : 'flash-attn is faster';
}

/** What fp16 would want, with the figures that are short here. */
export function weightsChange(site: WeightsSite): string {
  const needs = memoryNeeds('fp16', 0);
  const short = site.memoryBytes !== null && site.memoryBytes < needs.memoryBytes;
  const memory = short ? ` and ${memoryWords(needs.memoryBytes)} of memory` : '';
  return `${memoryWords(needs.videoBytes)} of video memory${memory} make fp16 fit whole`;
}
