import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { payloadFor } from '../../../src/elsewhere/payload.ts';
import { sshRefusal } from '../../../src/elsewhere/ssh-failures.ts';
import { readSurvey, type Survey, surveyScript } from '../../../src/elsewhere/survey.ts';

const told = (over: Record<string, string> = {}) => {
  const lines = {
    system: 'Linux',
    machine: 'x86_64',
    cache: '/home/mia/.cache',
    free: '/dev/nvme0n1p2 959786032 51200000 859753936 6% /',
    libc: 'glibc 2.39',
    ...over,
  };
  const text = Object.entries(lines).map(([key, value]) => `${key}=${value}`);
  // What a .bashrc prints is nobody's.
  return ['Welcome, mia', 'steadydancer-survey', ...text, ''].join('\n');
};
const refused = (what: () => unknown) => {
  try {
    what();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return null;
};

describe('what a server says of itself', () => {
  it('this machine says it by the script itself', () => {
    const survey = readSurvey(
      'here',
      execFileSync('sh', { input: surveyScript, encoding: 'utf8' }),
    );
    expect(survey.architecture).toBe(process.arch);
    expect(survey.freeBytes).toBeGreaterThan(0);
    expect(survey.cache).toMatch(/^\//);
  });

  it('is read past what start files print', () => {
    const nodes = told({ node: '/usr/bin/node v18.20.8' });
    const more = `${nodes}node=/home/mia/.nvm/versions/node/v22.20.0/bin/node v22.20.0\nnode=/x/node v24.1.0\n`;
    expect(readSurvey('gpu-box', more)).toEqual({
      architecture: 'x64',
      cache: '/home/mia/.cache',
      freeBytes: 859_753_936 * 1024,
      node: { path: '/x/node', version: '24.1.0' },
      glibc: '2.39',
      libc: 'glibc 2.39',
    });
    expect(readSurvey('gpu-box', nodes).node).toBe(null);
  });

  it.each([
    ['This account is currently not available.', 'server-no-shell'],
    [told({ system: 'Darwin', machine: 'arm64' }), 'server-not-linux'],
    [told({ machine: 'riscv64' }), 'server-architecture'],
  ])('%j is no server for us', (text, code) => {
    expect(refused(() => readSurvey('gpu-box', text))).toBe(code);
  });
});

describe('what is put there', () => {
  const survey = (over: Partial<Survey>): Survey => ({
    ...readSurvey('gpu-box', told()),
    ...over,
  });
  const own = { executable: process.execPath, architecture: 'x64', platform: 'linux' } as const;

  it('this single executable, where the architecture is the same', async () => {
    const payload = await payloadFor('gpu-box', survey({}), own);
    expect(payload).toMatchObject({ kind: 'executable', node: null });
  });

  it('an older C library takes no Node of ours; musl neither', async () => {
    const old = payloadFor('gpu-box', survey({ glibc: '2.17', libc: 'glibc 2.17' }), own);
    await expect(old).rejects.toMatchObject({ code: 'server-glibc-old' });
    const musl = payloadFor('gpu-box', survey({ glibc: null, libc: 'musl libc (x86_64)' }), own);
    await expect(musl).rejects.toMatchObject({ code: 'server-glibc-old' });
  });

  it('nothing without a Node and without an executable', async () => {
    const none = payloadFor('gpu-box', survey({ architecture: 'arm64' }), own);
    await expect(none).rejects.toMatchObject({ code: 'server-node-missing' });
  });
});

describe('why ssh gave up', () => {
  it.each([
    ['ssh: connect to host gpu-box port 22: Connection refused', 'ssh-unreachable'],
    ['ssh: connect to host gpu-box port 22: Operation timed out', 'ssh-unreachable'],
    ['kex_exchange_identification: Connection closed by remote host', 'ssh-unreachable'],
    ['mia@gpu-box: Permission denied (publickey,password).', 'ssh-auth-refused'],
    [
      'Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures',
      'ssh-auth-refused',
    ],
    ['ssh: Could not resolve hostname gpu-box: Name or service not known', 'ssh-name-unknown'],
    ['Host key verification failed.', 'ssh-host-key-unknown'],
    [
      '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.',
      'ssh-host-key-changed',
    ],
    ['Bad owner or permissions on /home/mia/.ssh/config', 'ssh-failed'],
    ['', 'ssh-failed'],
  ])('%j', (said, code) => {
    expect(sshRefusal('gpu-box', said).code).toBe(code);
  });

  it('a key at a port of its own is forgotten by its name', () => {
    const { details } = sshRefusal(
      'ssh://mia@gpu-box:2222',
      'REMOTE HOST IDENTIFICATION HAS CHANGED',
    );
    expect(details.fixes?.at(-1)?.command).toBe("ssh-keygen -R '[gpu-box]:2222'");
  });
});
