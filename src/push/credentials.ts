import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../contract/failure.ts';
import type { Processes } from '../ports/processes.ts';

/** What the engine passes on to a registry. Secret: never logged, never in an argv. */
export type RegistryLogin =
  | { username: string; password: string; serveraddress: string }
  | { identitytoken: string; serveraddress: string };

export interface CredentialPorts {
  env: NodeJS.ProcessEnv;
  processes: Pick<Processes, 'run'>;
  /** The person's home folder. */
  home: string;
  signal?: AbortSignal;
}

/** Docker Hub's key in config.json and for credential programs (docker/cli registry.IndexServer). */
const HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_LIMIT_MS = 30_000;

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/**
 * The login for a registry, as the docker command finds it: config.json of DOCKER_CONFIG or
 * ~/.docker, there `credHelpers` of the registry, then `credsStore`, then `auths`
 * (docker/cli cli/config/configfile; docker-credential-helpers' protocol: the address on stdin).
 * @returns null where nobody is logged in
 * @throws Failure `registry-credential-program`, `registry-config-unreadable`
 */
export async function registryLogin(
  host: string,
  ports: CredentialPorts,
): Promise<RegistryLogin | null> {
  const file = join(ports.env.DOCKER_CONFIG || join(ports.home, '.docker'), 'config.json');
  const config = await readConfig(file);
  const key = host === 'docker.io' ? HUB_KEY : host;
  const program = config.credHelpers?.[key] ?? config.credHelpers?.[host] ?? config.credsStore;
  if (program) {
    const login = await askProgram(program, key, ports);
    if (login) return login;
  }
  return fromFile(config.auths ?? {}, host, key);
}

async function readConfig(file: string): Promise<z.infer<typeof configSchema>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
    throw unreadable(file, error.code ?? error.message);
  });
  try {
    return configSchema.parse(JSON.parse(text));
  } catch {
    // The parser's words would quote the file, which holds passwords.
    throw unreadable(file, 'it is not the JSON that Docker writes');
  }
}

function unreadable(file: string, proof: string): Failure {
  return new Failure({
    code: 'registry-config-unreadable',
    sentence: `Docker's logins in ${file} cannot be read.`,
    proof,
    phase: 'push',
    fixes: [{ label: 'Log in again', command: 'docker login' }],
  });
}

async function askProgram(
  suffix: string,
  key: string,
  { env, processes, signal }: CredentialPorts,
): Promise<RegistryLogin | null> {
  const name = `docker-credential-${suffix}`;
  const ended = await processes.run(name, ['get'], {
    input: key,
    env,
    timeoutMs: HELPER_LIMIT_MS,
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  if (ended.exitCode === 0) {
    const answer = helperAnswer.safeParse(jsonOf(ended.stdout));
    if (answer.success) return loginOf(answer.data.Username, answer.data.Secret, key);
  }
  // credentials/error.go of docker-credential-helpers: nobody is logged in there.
  const said = `${ended.stdout} ${ended.stderr}`;
  if (ended.exitCode !== null && /credentials not found|no credentials server URL/i.test(said)) {
    return null;
  }
  throw new Failure({
    code: 'registry-credential-program',
    sentence: `Docker's credential program ${name} gave no answer that can be used.`,
    proof: proofOf(ended),
    cause: 'config.json of Docker names a program for passwords that is missing here or broken.',
    phase: 'push',
    fixes: [{ label: `Install ${name}, or remove its line from config.json and log in again` }],
  });
}

/** Never what it printed on stdout: a secret may stand there. */
function proofOf(ended: Awaited<ReturnType<Processes['run']>>): string {
  if (ended.errno) return `${ended.errno}: it could not be started`;
  if (ended.timedOut) return `no answer in ${HELPER_LIMIT_MS / 1000} s`;
  return ended.stderr.trim().split('\n').at(-1) || `it ended with ${ended.exitCode}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function loginOf(username: string, secret: string, serveraddress: string): RegistryLogin {
  // Stores keep a token under this name (docker/cli cli/config/credentials/native_store.go).
  if (username === '<token>') return { identitytoken: secret, serveraddress };
  return { username, password: secret, serveraddress };
}

function fromFile(
  auths: Record<string, z.infer<typeof entrySchema>>,
  host: string,
  key: string,
): RegistryLogin | null {
  const plain = (name: string) => name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const entry =
    auths[key] ?? Object.entries(auths).find(([name]) => plain(name) === plain(host))?.[1];
  if (!entry) return null;
  if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: key };
  if (entry.username && entry.password) return loginOf(entry.username, entry.password, key);
  const [user, ...password] = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (!user || password.length === 0) return null;
  return loginOf(user, password.join(':').replace(/\0+$/, ''), key);
}
