import { type Attention, attentions } from '../contract/choices.ts';
import { type Fit, no, ok, warn } from './fit.ts';
import type { StackSite } from './fit-stack.ts';
import type { Stack } from './stacks.ts';

/** Whether a back-end runs on this GPU with this stack (facts steadydancer.md §5). */
export function fitAttention(attention: Attention, row: Stack, site: StackSite): Fit {
  const { computeCapability: cc, architecture } = site;
  switch (attention) {
    case 'flash-attn': {
      const { version, capabilities, architectures } = row.flashAttention;
      if (Number(cc) < 8) return no(`flash-attn needs Ampere or newer (8.0), this is ${cc}`);
      if (!architectures.some((known) => known === architecture)) {
        return no(`there is no ready-made flash-attn for ${architecture}`);
      }
      if (!capabilities.includes(cc)) return no(`flash-attn ${version} has no code for ${cc}`);
      return ok(`flash-attn ${version} is ready-made and has code for ${cc}`);
    }
    case 'sageattention': {
      const { version, capabilities } = row.sageattention;
      if (Number(cc) < 8) return no(`sageattention needs Ampere or newer (8.0), this is ${cc}`);
      if (!capabilities.includes(cc)) {
        return no(`for ${cc} with this stack sageattention has to be built from source`);
      }
      return warn(
        `sageattention ${version} compiles its kernels at the first run; not yet seen running here`,
      );
    }
    case 'xformers':
      if (architecture !== 'amd64')
        return no(`there is no ready-made xformers for ${architecture}`);
      if (Number(cc) < 7.5) return no(`xformers has no code for ${cc}`);
      return warn('the sampler has no xformers mode and uses sdpa; only other nodes use xformers');
    case 'sdpa':
      return ok('part of torch, runs on every GPU; slower than flash-attn');
    default:
      return attention satisfies never;
  }
}

/** The fastest that needs no warning. */
export function recommendAttention(row: Stack, site: StackSite): { value: Attention; fit: Fit } {
  for (const value of attentions) {
    const fit = fitAttention(value, row, site);
    if (fit.state === 'ok') return { value, fit };
  }
  return { value: 'sdpa', fit: fitAttention('sdpa', row, site) };
}
