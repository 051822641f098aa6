import { expect, it } from 'vitest';
import type { Io } from '../../../src/commands/io.ts';
import { drawsScreens } from '../../../src/commands/load-screens.ts';

const io = (over: Partial<Io>): Io => ({
  env: { TERM: 'xterm-256color' },
  cwd: '/',
  home: '/',
  interactive: true,
  out: () => {},
  say: () => {},
  ...over,
});

it('draws screens in a terminal', () => {
  expect(drawsScreens(io({}))).toBe(true);
});

it.each([
  ['a pipe', io({ interactive: false }), {}],
  ['a terminal that only prints', io({ env: { TERM: 'dumb' } }), {}],
  ['--json', io({}), { json: true }],
  ['--plain', io({}), { plain: true }],
  ['--detach', io({}), { detach: true }],
])('prints lines for %s', (_what, where, options) => {
  expect(drawsScreens(where, options)).toBe(false);
});
