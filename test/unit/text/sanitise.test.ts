import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CUT_MARK,
  LineSanitiser,
  sanitiseLine,
  sanitiseLines,
} from '../../../src/text/sanitise.ts';

/** What may be left: printable characters and complete SGR colour sequences. */
const HARMLESS = /^(?:\x1b\[[0-9;:]*m|[^\x00-\x1f\x7f-\x9f\p{Cf}])*$/u;

const nasty = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
  fc.constantFrom(
    '\x1b[31m',
    '\x1b[0m',
    '\x1b[2K',
    '\x1b[1;1H',
    '\x1b]0;title\x07',
    '\x1b]8;;http://x\x1b\\',
    '\x1bP1$r\x1b\\',
    '\x1b[',
    '\x1b',
    '\x9b31m',
    '\r',
    '\r\n',
    '\n',
    '\t',
    '\u202e',
    '\u200b',
    '😀',
  ),
);
const texts = fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join(''));

function inChunks(bytes: Uint8Array, cuts: number[]): string[] {
  const sanitiser = new LineSanitiser(40);
  const lines: string[] = [];
  let from = 0;
  for (const cut of [
    ...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ]) {
    lines.push(...sanitiser.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return [...lines, ...sanitiser.end()];
}

describe('LineSanitiser', () => {
  it('leaves nothing that does more than colour', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const line of sanitiseLines(text)) expect(line).toMatch(HARMLESS);
      }),
    );
  });

  it('gives the same lines however the bytes were split', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const bytes = Buffer.from(text);
        expect(inChunks(bytes, cuts)).toEqual(inChunks(bytes, []));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['plain', 'plain'],
    ['\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m\x1b[0m'],
    ['\x1b[1;38;5;200;5mx', '\x1b[1;38;5;200mx\x1b[0m'],
    ['\x1b[38;2;1;2;3mx', '\x1b[38;2;1;2;3mx\x1b[0m'],
    ['\x1b[8mhidden\x1b[7m', 'hidden'],
    ['a\x1b[2Kb\x1b[10;20Hc', 'abc'],
    ['\x1b]0;owned\x07shown', 'shown'],
    ['\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\u009b31mc1', '\x1b[31mc1\x1b[0m'],
    ['\u009d0;title\u009cshown', 'shown'],
    ['\x1b(Bx\x1b7y\x1bcz', 'xyz'],
    ['user\u202egpj.exe', 'usergpj.exe'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['a\x00\x07\x08b', 'ab'],
    ['a\tb', 'a       b'],
    ['progress 10%\rprogress 100%', 'progress 100%'],
    ['long line\rshort', 'short'],
    ['kept at the end\r', 'kept at the end'],
    ['\x1b[31mold\r\x1b[0Knew', 'new'],
  ])('%j is shown as %j', (given, shown) => {
    expect(sanitiseLine(given)).toBe(shown);
  });

  it('reads CR LF as a line end also when it is split', () => {
    const sanitiser = new LineSanitiser();
    expect(sanitiser.push('one\r')).toEqual([]);
    expect(sanitiser.push('\ntwo')).toEqual(['one']);
    expect(sanitiser.current()).toBe('two');
    expect(sanitiser.end()).toEqual(['two']);
  });

  it('puts a character together that was split over chunks', () => {
    const sanitiser = new LineSanitiser();
    const bytes = Buffer.from('日本\n');
    const lines = [...bytes].flatMap((byte) => sanitiser.push(Uint8Array.of(byte)));
    expect(lines).toEqual(['日本']);
  });

  it('does not let an unterminated sequence swallow the next line', () => {
    expect(sanitiseLines('a\x1b]0;never ends\nb')).toEqual(['a', 'b']);
    expect(sanitiseLines('a\x1b[31\nb')).toEqual(['a', 'b']);
  });

  it('keeps empty lines and adds none', () => {
    expect(sanitiseLines('a\n\nb\n')).toEqual(['a', '', 'b']);
    expect(sanitiseLines('')).toEqual([]);
  });

  it('cuts a line at the bound and says so', () => {
    const [line] = sanitiseLines(`${'x'.repeat(50)}\n`, 10);
    expect(line).toBe(`${'x'.repeat(10)}${CUT_MARK}`);
    expect(sanitiseLines('12345678😀9', 9)).toEqual([`12345678${CUT_MARK}`]);
  });

  it('takes time in proportion to the text, whatever it is made of', () => {
    const ms = (text: string, size: number) => {
      const chunk = Buffer.from(text.repeat(size / text.length));
      const started = performance.now();
      const sanitiser = new LineSanitiser();
      for (let i = 0; i < 8; i += 1) sanitiser.push(chunk);
      sanitiser.end();
      return performance.now() - started;
    };
    for (const text of ['x', '\r', '\x1b[31m', '\x1b]', 'a\r', '日\u200b']) {
      ms(text, 20_000);
      const small = Math.max(ms(text, 20_000), 2);
      // Eight times the text; a quadratic one would take 64 times as long.
      expect(ms(text, 160_000), JSON.stringify(text)).toBeLessThan(small * 40);
    }
  });
});
