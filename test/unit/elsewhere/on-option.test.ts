import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/contract/failure.ts';
import { onServer } from '../../../src/elsewhere/on-option.ts';

describe('--on', () => {
  it.each([
    [['--on', 'mia@gpu-box'], 'mia@gpu-box', []],
    [['--on=gpu-box', 'run', '--yes'], 'gpu-box', ['run', '--yes']],
    [['attach', '--on', 'gpu-box', 'r1'], 'gpu-box', ['attach', 'r1']],
    [['--on', 'mia@gpu-box:2222', 'doctor'], 'ssh://mia@gpu-box:2222', ['doctor']],
    // As DOCKER_HOST and contexts have it.
    [['--on', 'ssh://mia@gpu-box:2222/run/docker.sock'], 'ssh://mia@gpu-box:2222', []],
    [['--on', '[2001:db8::7]'], '[2001:db8::7]', []],
  ])('%j is %s', (argv, destination, args) => {
    expect(onServer(argv)).toMatchObject({ destination, args });
  });

  it('is not there, or not meant', () => {
    expect(onServer(['run', '--yes'])).toBe(null);
    expect(onServer(['diagnose', '--', '--on', 'x'])).toBe(null);
  });

  it.each([
    [['--on']],
    [['--on=']],
    // It would be an option of ssh, and could name a program.
    [['--on', '-oProxyCommand=touch x']],
    [['--on', 'a b']],
    [['--on', 'a', 'run', '--on', 'b']],
  ])('%j is refused', (argv) => {
    expect(() => onServer(argv)).toThrow(UsageError);
  });
});
