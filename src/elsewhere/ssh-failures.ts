import { Failure } from '../contract/failure.ts';

interface Refusal {
  code: string;
  pattern: RegExp;
  sentence: (host: string) => string;
  fixes: (host: string) => { label: string; command?: string }[];
}

const byHand = (host: string) => [
  { label: 'Try the connection alone, with its reasons', command: `ssh -v ${host}` },
];

/**
 * Why ssh gave up, by what it says; the first that fits counts. Wordings: openssh-portable
 * sshconnect.c, sshconnect2.c, packet.c, misc.c, readconf.c; the C library's own for sockets.
 */
const refusals: readonly Refusal[] = [
  {
    code: 'ssh-host-key-changed',
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    sentence: (host) =>
      `${host} shows another host key than before: it was set up anew, or another machine answers in its place.`,
    fixes: (host) => [
      { label: 'Ask who runs the server whether its key was changed' },
      { label: 'If it was, forget the old one', command: `ssh-keygen -R ${hostOf(host)}` },
    ],
  },
  {
    code: 'ssh-host-key-unknown',
    pattern: /Host key verification failed|No \S+ host key is known/,
    sentence: (host) => `The host key of ${host} is not known here, and was not accepted.`,
    fixes: (host) => [{ label: 'Log in once and compare the key', command: `ssh ${host}` }],
  },
  {
    code: 'ssh-auth-refused',
    pattern: /Permission denied|Too many authentication failures|No more authentication methods/,
    sentence: (host) => `${host} answers and does not let you in.`,
    fixes: (host) => [
      { label: 'See which keys are offered', command: `ssh -v ${host}` },
      { label: 'Give it your key, where a password is allowed', command: `ssh-copy-id ${host}` },
    ],
  },
  {
    code: 'ssh-name-unknown',
    pattern: /Could not resolve hostname/,
    sentence: (host) => `No server of the name ${host} is known here.`,
    fixes: (host) => [
      { label: 'See what your ssh configuration makes of it', command: `ssh -G ${host}` },
    ],
  },
  {
    code: 'ssh-unreachable',
    pattern:
      /Connection refused|Connection timed out|Operation timed out|No route to host|Network is unreachable|Connection closed by|Connection reset|banner exchange|kex_exchange_identification/,
    sentence: (host) => `No ssh server answers at ${host}.`,
    fixes: (host) => [
      { label: 'Look whether it is switched on, and whether a VPN is needed' },
      ...byHand(host),
    ],
  },
];

/** @param said what ssh wrote for a person */
export function sshRefusal(host: string, said: string): Failure {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  for (const { code, pattern, sentence, fixes } of refusals) {
    const proof = lines.find((line) => pattern.test(line));
    if (proof === undefined) continue;
    return new Failure({ code, sentence: sentence(host), proof, fixes: fixes(host) });
  }
  return new Failure({
    code: 'ssh-failed',
    sentence: `The ssh connection to ${host} did not come about.`,
    proof: lines.at(-1) ?? 'ssh said nothing',
    fixes: byHand(host),
  });
}

/** ssh(1) itself could not be started. */
export function sshMissing(error: NodeJS.ErrnoException): Failure {
  return new Failure({
    code: 'ssh-missing',
    sentence: 'The program ssh is not on this computer.',
    proof: error.message,
    fixes: [{ label: 'Install it', command: 'sudo apt-get install openssh-client' }],
  });
}

/** The host alone, as known_hosts has it (`[host]:port` where the port is not 22). */
function hostOf(destination: string): string {
  const bare = destination.replace(/^ssh:\/\//, '').replace(/^[^@]*@/, '');
  const port = /:(\d+)$/.exec(bare)?.[1];
  return port === undefined || port === '22'
    ? bare.replace(/:22$/, '')
    : `'[${bare.replace(/:\d+$/, '')}]:${port}'`;
}
