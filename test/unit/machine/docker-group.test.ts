import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { dockerGroupCommand } from '../../../src/machine/docker-group.ts';

it('hands every word on unchanged through the shell that sg starts', () => {
  const words = ['printf', '%s\n', 'a b', "it's", '$HOME', '"', '\\'];
  const [program, group, flag, line] = dockerGroupCommand(words);
  expect([program, group, flag]).toEqual(['sg', 'docker', '-c']);
  const { stdout } = spawnSync('sh', ['-c', line ?? ''], { encoding: 'utf8' });
  expect(stdout).toBe(`${words.slice(2).join('\n')}\n`);
});
