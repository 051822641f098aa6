import type { z } from 'zod';
import { type Choices, choicesSchema } from '../contract/choices.ts';
import { UsageError } from '../contract/failure.ts';
import { redact } from '../text/redact.ts';
import { allowedWords, choiceLeaves, oneOf } from './choice-words.ts';
import { mergeChoices } from './merge-choices.ts';

const WHOLE = /^-?\d+$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * One `--set key=value` as choices: `smoke.width=256` gives `{smoke: {width: 256}}`.
 * @throws UsageError with one sentence that names the allowed values or the keys
 */
export function parseSet(text: string): Choices {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set takes key=value, not \`${text}\`.`);
  const key = text.slice(0, at).trim();
  const value = text.slice(at + 1).trim();
  const schema = choiceLeaves().get(key);
  if (!schema) throw new UsageError(`There is no choice \`${key}\`. ${nearest(key)}`);

  const parsed = schema.safeParse(typed(schema, value));
  if (!parsed.success) {
    // An address with a password in it is refused, and not shown.
    const given = value === '' ? 'nothing' : `\`${redact(value)}\``;
    throw new UsageError(`${key} takes ${allowedWords(key)}, not ${given}.`);
  }
  const [outer, inner] = key.split('.') as [string, string | undefined];
  const choice = inner === undefined ? parsed.data : { [inner]: parsed.data };
  return choicesSchema.parse({ [outer]: choice });
}

/** Several `--set`, the later ones win. */
export function parseSets(texts: readonly string[]): Choices {
  return mergeChoices(...texts.map(parseSet));
}

/** The text as the type that the schema wants; what does not fit is left for the schema to refuse. */
function typed(schema: z.ZodType, value: string): unknown {
  switch (schema.def.type) {
    case 'number':
      return NUMBER.test(value) ? Number(value) : value;
    case 'array':
      return value === '' ? [] : value.split(',').map((item) => item.trim());
    case 'union': {
      const takesNumbers = (schema as z.ZodUnion<z.ZodType[]>).options.some(
        (option) => option.def.type === 'number',
      );
      return takesNumbers && WHOLE.test(value) ? Number(value) : value;
    }
    default:
      return value;
  }
}

function nearest(key: string): string {
  const keys = [...choiceLeaves().keys()];
  const wanted = key.toLowerCase().replaceAll(/[^a-z]/g, '');
  const close = keys.filter((known) => {
    const plain = known.toLowerCase().replaceAll(/[^a-z]/g, '');
    return wanted !== '' && (plain.includes(wanted) || wanted.includes(plain));
  });
  return close.length > 0
    ? `Is it ${oneOf(close.slice(0, 4))}?`
    : `The choices are: ${keys.join(', ')}.`;
}
