import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonValues } from '../../../src/build/json-values.ts';

function read(text: string) {
  const values = new JsonValues();
  return [...values.push(Buffer.from(text)), ...values.end()];
}
const json = (value: unknown) => ({ kind: 'json', value });
const text = (line: string) => ({ kind: 'text', text: line });

describe('JsonValues', () => {
  it.each([
    ['{"a":1}{"b":2}', [json({ a: 1 }), json({ b: 2 })]],
    ['{\n  "a": [\n    {}\n  ]\n}\n{}\n', [json({ a: [{}] }), json({})]],
    ['{"a":"}\\"{"}', [json({ a: '}"{' })]],
    ['ERROR: no {"json"} here\n{"a":1}', [text('ERROR: no {"json"} here'), json({ a: 1 })]],
    ['{oops}\n{"a":1}', [text('{oops}'), json({ a: 1 })]],
    ['{"never ends\nnext\n', [text('{"never ends'), text('next')]],
    ['{"cut": 1', [text('{"cut": 1')]],
    ['last words', [text('last words')]],
    ['  6 | >>> RUN exit 3\r\n', [text('6 | >>> RUN exit 3')]],
    ['', []],
  ])('%j', (given, expected) => expect(read(given)).toEqual(expected));

  it('finds every value between lines of text', () => {
    const item = fc.oneof(
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => ({
        given: JSON.stringify(value),
        expected: json(JSON.parse(JSON.stringify(value))),
      })),
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => ({
        given: JSON.stringify(value, null, 2),
        expected: json(JSON.parse(JSON.stringify(value))),
      })),
      fc
        .stringMatching(/^[A-Z][a-z:{}" ]{0,20}[a-z]$/)
        .map((line) => ({ given: `${line}`, expected: text(line) })),
    );
    fc.assert(
      fc.property(fc.array(item), (items) => {
        expect(read(items.map((i) => `${i.given}\n`).join(''))).toEqual(
          items.map((i) => i.expected),
        );
      }),
    );
  });

  it('is linear in one long value that comes in small chunks', () => {
    const values = new JsonValues();
    const started = performance.now();
    values.push(Buffer.from('{"a":"'));
    for (let i = 0; i < 50_000; i += 1) values.push(Buffer.from('x'.repeat(20)));
    expect(values.push(Buffer.from('"}'))).toEqual([json({ a: 'x'.repeat(1_000_000) })]);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
