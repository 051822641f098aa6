// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles.
import { describe, expect, it } from 'vitest';
import { baseImages, lineOfStep, parseDockerfile } from '../../../src/build/dockerfile.ts';

describe('baseImages', () => {
  it.each([
    ['FROM debian', {}, ['debian']],
    ['from --platform=linux/amd64 debian:12 as base\nFROM base\nFROM scratch', {}, ['debian:12']],
    ['ARG V=12\nFROM debian:${V}', {}, ['debian:12']],
    ['ARG V=12\nFROM debian:$V', { V: '13' }, ['debian:13']],
    ['ARG V\nFROM debian:${V:-sid}', {}, ['debian:sid']],
    ['ARG R="reg.example/"\nARG B=${R}base:1\nFROM ${B}', {}, ['reg.example/base:1']],
    ['ARG V\nFROM debian:$V', {}, []],
    ['FROM a\nARG V=9\nFROM b:$V', {}, ['a']],
    [
      'FROM a AS x\nCOPY --from=x /1 /\nCOPY --chown=1 --from=tool:2 /2 /\nCOPY --from=0 /3 /',
      {},
      ['a', 'tool:2'],
    ],
    ['FROM a\nRUN --mount=type=bind,from=pip:3,target=/p true', {}, ['a', 'pip:3']],
    ['# comment\nFROM \\\n  # inside\n\n  a:1 \\\n AS b', {}, ['a:1']],
    ['# escape=`\nFROM a:1 `\n AS b\nFROM b', {}, ['a:1']],
    ['FROM a\nRUN <<EOF\nFROM not-this\nEOF\nFROM c', {}, ['a', 'c']],
  ])('%j with %j', (text, args, expected) => {
    expect(baseImages(text, args as Record<string, string>)).toEqual(expected);
  });
});

describe('lineOfStep', () => {
  const text = 'FROM scratch\n\nRUN make \\\n    all\nRUN echo\nRUN echo\n';
  it('finds the instruction of a step', () => {
    expect(lineOfStep(text, '[stage-0 2/4] RUN make     all')).toBe(3);
  });
  it('does not guess', () => {
    expect(lineOfStep(text, '[stage-0 3/4] RUN echo')).toBeNull();
    expect(lineOfStep(text, 'exporting to image')).toBeNull();
  });
  it('counts lines of the file', () => {
    expect(parseDockerfile(text).map((i) => i.line)).toEqual([1, 3, 5, 6]);
  });
});
