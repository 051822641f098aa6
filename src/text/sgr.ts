const RESET = 0;
const BOLD = 1;
const DIM = 2;
const NORMAL_WEIGHT = 22;

/** Colours, and the weight that 16-colour terminals need for the bright ones. */
function isColour(code: number): boolean {
  return (
    code === RESET ||
    code === BOLD ||
    code === DIM ||
    code === NORMAL_WEIGHT ||
    (code >= 30 && code <= 49) ||
    (code >= 90 && code <= 107)
  );
}

/**
 * What of an SGR sequence is colour, as a complete sequence; '' when nothing is. Text that blinks,
 * hides or shows itself inverted can pass for something else, so it does not survive.
 */
export function colourOnly(parameters: string): string {
  const kept: string[] = [];
  const codes = parameters.split(';');
  for (let i = 0; i < codes.length; i += 1) {
    const word = codes[i] ?? '';
    const code = Number(word.split(':')[0]);
    if (!isColour(code)) continue;
    if ((code === 38 || code === 48) && !word.includes(':')) {
      // 38;5;N and 38;2;R;G;B: the numbers that follow belong to it.
      const length = codes[i + 1] === '5' ? 3 : codes[i + 1] === '2' ? 5 : 0;
      const whole = codes.slice(i, i + length);
      if (length > 0 && whole.length === length) kept.push(...whole);
      i += Math.max(0, length - 1);
      continue;
    }
    kept.push(word);
  }
  return kept.length === 0 ? '' : `\x1b[${kept.join(';')}m`;
}
