import { describe, expect, it } from 'vitest';
import { explainEngineProblem } from '../../../src/machine/engine-problem.ts';
import { socketEndpoint } from '../../../src/ports/docker.ts';
import { linuxHost } from './fakes.ts';

const installed = {
  client: '/usr/bin/docker',
  daemon: '/usr/bin/dockerd',
  snap: false,
  initScript: true,
  desktop: false,
  desktopRunning: null,
  wslStub: null,
  inDockerGroup: false,
};
const refused = Object.assign(new Error('connect EACCES /var/run/docker.sock'), { code: 'EACCES' });
const evidence = {
  endpoint: socketEndpoint('unix:///var/run/docker.sock'),
  error: refused,
  host: linuxHost,
  installed,
  elsewhere: null,
};

// Root may use every socket, so that these cannot be provoked where the tests run as root.
describe('no permission', () => {
  it('offers the group, and to go on at once under sg', () => {
    const told = explainEngineProblem(evidence);
    expect(told).toMatchObject({
      state: 'no-permission',
      sentence: 'Docker runs, but mia may not use /var/run/docker.sock.',
      proof: 'connect EACCES /var/run/docker.sock',
    });
    expect(told.fixes.map((fix) => fix.command)).toEqual([
      'sudo usermod -aG docker mia',
      "sg docker -c 'steadydancer'",
    ]);
  });

  it('needs no usermod where only the session is older than the membership', () => {
    const told = explainEngineProblem({
      ...evidence,
      installed: { ...installed, inDockerGroup: true },
    });
    expect(told.fixes.map((fix) => fix.command)).toEqual(["sg docker -c 'steadydancer'"]);
  });
});

it('the proof of several addresses is that of the first', () => {
  const error = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:2375')]), {
    code: 'ECONNREFUSED',
  });
  const endpoint = { ...evidence.endpoint, url: 'tcp://localhost:2375' };
  expect(explainEngineProblem({ ...evidence, endpoint, error })).toMatchObject({
    state: 'unreachable',
    proof: 'connect ECONNREFUSED ::1:2375',
  });
});
