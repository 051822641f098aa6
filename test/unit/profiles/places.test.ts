import { expect, test } from 'vitest';
import { places } from '../../../src/profiles/places.ts';

test('STEADYDANCER_HOME holds both, also with a tilde', () => {
  expect(places({ STEADYDANCER_HOME: '/srv/sd' }, '/home/mia', 'linux')).toEqual({
    profiles: '/srv/sd/profiles',
    runs: '/srv/sd/runs',
  });
  expect(places({ STEADYDANCER_HOME: '~/sd' }, '/home/mia', 'linux').runs).toBe(
    '/home/mia/sd/runs',
  );
});

test('by default profiles are configuration and runs are state', () => {
  expect(places({}, '/home/mia', 'linux')).toEqual({
    profiles: '/home/mia/.config/steadydancer/profiles',
    runs: '/home/mia/.local/state/steadydancer/runs',
  });
  expect(places({}, '/Users/mia', 'darwin').profiles).toBe(
    '/Users/mia/Library/Application Support/steadydancer/profiles',
  );
});

test('a relative path in an XDG variable is ignored, an empty variable is none', () => {
  const env = { XDG_CONFIG_HOME: 'config', XDG_STATE_HOME: '/var/state', STEADYDANCER_HOME: '' };
  expect(places(env, '/home/mia', 'linux')).toEqual({
    profiles: '/home/mia/.config/steadydancer/profiles',
    runs: '/var/state/steadydancer/runs',
  });
});
