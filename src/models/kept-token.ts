import { chownSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../ports/make-folder.ts';
import type { Processes } from '../ports/processes.ts';
import { sudoCaller } from '../ports/sudo.ts';
import { places } from '../profiles/places.ts';
import { hubAccess } from './hub-access.ts';

/** Whose token, and the programs that keep secrets. */
export interface TokenOf {
  env: NodeJS.ProcessEnv;
  home: string;
  processes: Processes;
  platform?: NodeJS.Platform;
}

/** Where a token is kept: in the keyring by one of these programs, else in a file of ours. */
export const tokenKeepers = ['secret-tool', 'security', 'file'] as const;
export type TokenKeeper = (typeof tokenKeepers)[number];

const recordSchema = z.discriminatedUnion('kept', [
  z.object({ v: z.literal(1), kept: z.enum(['secret-tool', 'security']) }),
  z.object({ v: z.literal(1), kept: z.literal('file'), token: z.string() }),
]);
type TokenRecord = z.infer<typeof recordSchema>;

/** A token of the hub: `hf_`, older ones `api_org_` (huggingface.co/docs/hub/security-tokens). */
export const TOKEN_SHAPE = /^(?:hf|api_org)_[A-Za-z0-9]{16,}$/;

/** A locked keyring asks on the desktop; who does not answer within this gets the file, ms. */
const KEYRING_LIMIT_MS = 30_000;
/** What the secret is found by; neither is a secret. */
const SERVICE = 'steadydancer';
const ACCOUNT = 'huggingface.co';

/** Our file: the token itself, mode 0600, or only which program has it. */
export function tokenPath({ env, home }: Pick<TokenOf, 'env' | 'home'>): string {
  return join(dirname(places(env, home).profiles), 'hub-token.json');
}

/** Where a token was kept by `keepToken`; null where none was. Asks no program. */
export function tokenKeeper(of: Pick<TokenOf, 'env' | 'home'>): TokenKeeper | null {
  return readRecord(of)?.kept ?? null;
}

/**
 * Keeps a token for later runs: in the keyring where a program for it is there and takes it, else in
 * a file that only this person can read. It is never an argument of a program. Gives where it is.
 * @throws ErrnoException where our own file cannot be written
 */
export async function keepToken(token: string, of: TokenOf): Promise<TokenKeeper> {
  for (const keeper of ['secret-tool', 'security'] as const) {
    if (!(await storeIn(keeper, token, of))) continue;
    writeRecord({ v: 1, kept: keeper }, of);
    return keeper;
  }
  writeRecord({ v: 1, kept: 'file', token }, of);
  return 'file';
}

/** The kept token; null where none is, or the keyring does not give it. */
export async function keptToken(of: TokenOf): Promise<string | null> {
  const record = readRecord(of);
  if (!record) return null;
  return record.kept === 'file' ? record.token : lookUp(record.kept, of);
}

/** Forgets the kept token: in the keyring and in our file. */
export async function forgetToken(of: TokenOf): Promise<void> {
  const record = readRecord(of);
  if (record && record.kept !== 'file') {
    const [file, args] = forgetting[record.kept];
    await of.processes.run(file, args, { env: of.env, timeoutMs: KEYRING_LIMIT_MS });
  }
  rmSync(tokenPath(of), { force: true });
}

/**
 * The environment of a process that fetches models: with the kept token as HF_TOKEN, where neither
 * HF_TOKEN nor the hub's own file has one already.
 */
export async function withKeptToken(of: TokenOf): Promise<NodeJS.ProcessEnv> {
  if (hubAccess(of.env).token !== null) return of.env;
  const token = await keptToken(of);
  return token === null ? of.env : { ...of.env, HF_TOKEN: token };
}

type Keyring = Exclude<TokenKeeper, 'file'>;

/** secret-tool(1): the attributes are pairs; the secret comes on stdin. */
const attributes = ['service', SERVICE, 'account', ACCOUNT];
const lookingUp: Record<Keyring, [file: string, args: string[]]> = {
  'secret-tool': ['secret-tool', ['lookup', ...attributes]],
  security: ['security', ['find-generic-password', '-s', SERVICE, '-a', ACCOUNT, '-w']],
};
const forgetting: Record<Keyring, [file: string, args: string[]]> = {
  'secret-tool': ['secret-tool', ['clear', ...attributes]],
  security: ['security', ['delete-generic-password', '-s', SERVICE, '-a', ACCOUNT]],
};

/** True when the keyring has it: what it took is asked back. */
async function storeIn(keeper: Keyring, token: string, of: TokenOf): Promise<boolean> {
  const { processes, env, platform = process.platform } = of;
  if ((keeper === 'security') !== (platform === 'darwin')) return false;
  const label = `--label=Hugging Face token (${SERVICE})`;
  const [args, input] =
    keeper === 'secret-tool'
      ? [['store', label, ...attributes], token]
      : // security(1): -i reads commands from stdin, so that the token is in no argument.
        [['-i'], `add-generic-password -U -s ${SERVICE} -a ${ACCOUNT} -w ${token}\n`];
  const { exitCode } = await processes.run(keeper, args, {
    env,
    input,
    timeoutMs: KEYRING_LIMIT_MS,
  });
  return exitCode === 0 && (await lookUp(keeper, of)) === token;
}

async function lookUp(keeper: Keyring, { processes, env }: TokenOf): Promise<string | null> {
  const [file, args] = lookingUp[keeper];
  const { exitCode, stdout } = await processes.run(file, args, {
    env,
    timeoutMs: KEYRING_LIMIT_MS,
  });
  return exitCode === 0 ? stdout.trim() || null : null;
}

function readRecord(of: Pick<TokenOf, 'env' | 'home'>): TokenRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(tokenPath(of), 'utf8')));
  } catch {
    return null;
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
function writeRecord(record: TokenRecord, of: Pick<TokenOf, 'env' | 'home'>): void {
  const path = tokenPath(of);
  const part = `${path}.${process.pid}.part`;
  makeFolder(dirname(path));
  rmSync(part, { force: true });
  writeFileSync(part, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
  const caller = sudoCaller();
  if (caller) chownSync(part, caller.uid, caller.gid);
  renameSync(part, path);
}
