import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { tokenPath } from '../../models/kept-token.ts';
import { type Hidden, secretName } from '../../text/anonymise.ts';

/** Words of every log, that name nobody. */
const nobody = /^(?:root|localhost|localhost\.localdomain|docker-desktop|)$/i;

export interface HiddenFrom {
  env: NodeJS.ProcessEnv;
  home: string;
  /** Name that the engine has for its machine. */
  engineHost?: string | null;
  /** By default this account's and this machine's. */
  user?: string;
  host?: string;
}

/**
 * What a report must not show: the secrets of this environment and of the files in which Docker, the
 * hub's own program and curl keep theirs, and the names of the person and the machine.
 */
export async function hiddenHere(from: HiddenFrom): Promise<Hidden> {
  const { env, home } = from;
  const named = (names: (string | null | undefined)[]) =>
    [...new Set(names.filter((name): name is string => !!name && name.length > 1))]
      .filter((name) => !nobody.test(name))
      .sort((a, b) => b.length - a.length);
  const host = from.host ?? hostname();
  const homes = [home, env.HOME, env.USERPROFILE].filter((path) => path !== '/');
  return {
    homes: named(homes),
    users: named([
      from.user ?? accountName(),
      env.USER,
      env.LOGNAME,
      env.SUDO_USER,
      env.USERNAME,
      ...homes.map((path) => (path ? basename(path) : '')),
    ]).filter((name) => !/^\d+$/.test(name)),
    hosts: named([host, host.split('.')[0], env.HOSTNAME, env.COMPUTERNAME, from.engineHost]),
    secrets: [...new Set([...secretsOf(env), ...(await keptSecrets(env, home))])].sort(
      (a, b) => b.length - a.length,
    ),
  };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without a name.
    return '';
  }
}

/** Values of variables that are called secrets, and what stands before the @ of an address. */
function secretsOf(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    const parts = [...value.matchAll(/:\/\/([^\s/@:]*)(?::([^\s/@]*))?@/g)].flatMap(
      ([, user = '', password = '']) => [password, user, decoded(password), decoded(user)],
    );
    const whole =
      secretName.test(name) && value.length >= 6 && !value.startsWith('/') ? [value] : [];
    return [...whole, ...parts.filter((part) => part.length >= 4)];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Sources: huggingface_hub constants.py (HF_TOKEN_PATH), docker/cli config.json, curl netrc(5). */
async function keptSecrets(env: NodeJS.ProcessEnv, home: string): Promise<string[]> {
  const text = (path: string) => readFile(path, 'utf8').catch(() => '');
  const hub = env.HF_HOME ?? join(home, '.cache', 'huggingface');
  const [token, kept, docker, netrc] = await Promise.all([
    text(env.HF_TOKEN_PATH ?? join(hub, 'token')),
    text(tokenPath({ env, home })),
    text(join(env.DOCKER_CONFIG ?? join(home, '.docker'), 'config.json')),
    text(join(home, '.netrc')),
  ]);
  const auths = [...docker.matchAll(/"(?:auth|identitytoken|registrytoken)"\s*:\s*"([^"]+)"/g)];
  const passwords = [...netrc.matchAll(/\bpassword\s+(\S+)/g)];
  return [
    token.trim(),
    // Our own file, where the token is in it and not in a keyring (models/kept-token.ts).
    /"token":"([^"]+)"/.exec(kept)?.[1] ?? '',
    ...auths.flatMap(([, auth = '']) => {
      const [user = '', ...rest] = Buffer.from(auth, 'base64').toString().split(':');
      return rest.length > 0 ? [auth, rest.join(':'), user] : [auth];
    }),
    ...passwords.map(([, password = '']) => password),
  ].filter((secret) => secret.length >= 4);
}
