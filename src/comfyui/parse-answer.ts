import { sanitiseLines } from '../text/sanitise.ts';

/** Control characters but line ends and tabs, and what reorders or hides text (DESIGN.md, Safety). */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** JSON of a server, its texts made harmless as they come in. Throws SyntaxError. */
export function parseAnswer(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && UNSAFE.test(value) ? sanitiseLines(value).join('\n') : value,
  );
}
