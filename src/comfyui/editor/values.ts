import type { NodeClass } from '../schemas.ts';
import type { EditorNode } from './schema.ts';

const widgetTypes = ['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO'];
const afterSeed = ['fixed', 'increment', 'decrement', 'randomize'];
/** What a page keeps beside a pack's own values (VideoHelperSuite web/js/VHS.core.js). */
const shownOnly = ['videopreview', 'choose video to upload'];

/**
 * The values that were typed into a node, by the names of its class. The page saves them as a list in
 * the order of the class, or by name.
 */
export function typedValues(node: EditorNode, info: NodeClass): Record<string, unknown> {
  const saved = node.widgets_values ?? [];
  const names = widgetNames(info);
  if (!Array.isArray(saved)) {
    const own = Object.entries(saved).filter(([name]) => !shownOnly.includes(name));
    const inputs = new Set([...names, ...formatNames(info, own)]);
    return Object.fromEntries(own.filter(([name]) => inputs.has(name)));
  }
  const values: Record<string, unknown> = {};
  let at = 0;
  for (const name of names) {
    if (at >= saved.length) break;
    values[name] = saved[at];
    at += 1;
    // The page's own widget behind a seed.
    if (/seed$/.test(name) && afterSeed.includes(String(saved[at]))) at += 1;
  }
  return values;
}

/** Inputs that a person types in, in the order of the class; a linked one keeps its place. */
function widgetNames({ input }: NodeClass): string[] {
  return Object.entries({ ...input.required, ...input.optional })
    .filter(([, [type, options]]) => {
      const forced = (options as { forceInput?: unknown } | undefined)?.forceInput === true;
      return !forced && (Array.isArray(type) || widgetTypes.includes(String(type)));
    })
    .map(([name]) => name);
}

/** Inputs that come with a chosen format (`crf`, `pix_fmt`): the class takes any name. */
function formatNames({ input }: NodeClass, saved: [string, unknown][]): string[] {
  if (!('format' in { ...input.required, ...input.optional })) return [];
  return saved.map(([name]) => name).filter((name) => /^[a-z_]+$/.test(name));
}
