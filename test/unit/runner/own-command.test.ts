import { describe, expect, it } from 'vitest';
import { ownCommand } from '../../../src/runner/own-command.ts';

describe('the command that a person types again', () => {
  it.each([
    ['npm start', { npm_lifecycle_event: 'start' }, '/src/dist/main.js', 'npm start --'],
    ['npx', { npm_command: 'exec' }, '/c/_npx/1/bin/steadydancer', 'npx steadydancer-wizard'],
    ['an installed one', {}, '/usr/local/bin/steadydancer', 'steadydancer'],
    ['a single executable', {}, undefined, 'steadydancer'],
    ['node, from the checkout', {}, '/src/dist/main.js', 'node dist/main.js'],
    [
      'node, from a folder with a space',
      {},
      '/other folder/main.js',
      'node "/other folder/main.js"',
    ],
  ])('is as it was with %s', (_how, env, script, command) => {
    expect(ownCommand({ env, script, cwd: '/src' })).toBe(command);
  });
});
