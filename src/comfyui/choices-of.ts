import type { NodeClass } from './schemas.ts';

/** `[["a", "b"], {…}]`, or `["COMBO", {options: ["a", "b"]}]` as newer nodes say it; null: no list. */
export function choicesOf(spec: unknown[]): string[] | null {
  const [first, second] = spec;
  const options = Array.isArray(first)
    ? first
    : (second as { options?: unknown } | undefined)?.options;
  return Array.isArray(options) ? options.map(String) : null;
}

/** What a class offers for one of its inputs; empty where it has no such input or no list. */
export function offered(info: NodeClass | null, input: string): string[] {
  const spec = info?.input.required[input] ?? info?.input.optional[input];
  return (spec && choicesOf(spec)) ?? [];
}
