import { expect, test } from 'vitest';
import { choicesSchema } from '../../../src/contract/choices.ts';
import { UsageError } from '../../../src/contract/failure.ts';
import { allowedWords, choiceLeaves } from '../../../src/profiles/choice-words.ts';
import { mergeChoices } from '../../../src/profiles/merge-choices.ts';
import { parseSet, parseSets } from '../../../src/profiles/parse-set.ts';

test.each([
  ['smoke.width=256', { smoke: { width: 256 } }],
  ['variant=gguf-q6_k', { variant: 'gguf-q6_k' }],
  ['gpu=auto', { gpu: 'auto' }],
  ['gpu=1', { gpu: 1 }],
  ['gpu=RTX 4090', { gpu: 'RTX 4090' }],
  ['timeoutMinutes=0.5', { timeoutMinutes: 0.5 }],
  ['mirrors.hub=https://hf-mirror.com/?a=b', { mirrors: { hub: 'https://hf-mirror.com/?a=b' } }],
  ['listen=::1', { listen: '::1' }],
  [
    `extraNodes=a/b@${'0'.repeat(40)},https://x.org/c/d.git@${'8'.repeat(40)}`,
    { extraNodes: [`a/b@${'0'.repeat(40)}`, `https://x.org/c/d.git@${'8'.repeat(40)}`] },
  ],
])('%s is typed by the schema', (text, choices) => {
  expect(parseSet(text)).toEqual(choices);
});

test.each([
  ['variant=fp4', /^variant takes fp8, fp16, .* or gguf-q8_0, not `fp4`\.$/],
  ['smoke.width=250', /^smoke\.width takes a multiple of 16 from 64 to 4096, not `250`\.$/],
  ['smoke.frames=18', /4n\+1/],
  ['port=eight', /from 1 to 65535, not `eight`/],
  ['port=', /not nothing/],
  ['width=256', /There is no choice `width`\. Is it smoke\.width\?/],
  ['zzz=1', /The choices are: recipe, target/],
  ['port', /--set takes key=value, not `port`/],
  ['__proto__=1', /There is no choice/],
])('%s is refused in one sentence', (text, sentence) => {
  expect(() => parseSet(text)).toThrow(UsageError);
  expect(() => parseSet(text)).toThrow(sentence);
});

test('every choice has words for what it takes', () => {
  const keys = [...choiceLeaves().keys()];
  expect(keys.length).toBeGreaterThan(Object.keys(choicesSchema.shape).length);
  expect(keys.filter((key) => allowedWords(key) === 'a text')).toEqual([]);
});

test('later choices win, groups are merged, undefined chooses nothing', () => {
  const merged = mergeChoices(
    { variant: 'fp8', smoke: { width: 256 } },
    { variant: undefined, smoke: { height: 448 } },
    parseSets(['smoke.width=512', 'smoke.width=640']),
  );
  expect(merged).toEqual({ variant: 'fp8', smoke: { width: 640, height: 448 } });
});
