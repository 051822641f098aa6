import { createInterface } from 'node:readline/promises';
import { exitCodes } from '../contract/exit-codes.ts';
import { UsageError } from '../contract/failure.ts';
import type { ProfilesReport } from '../contract/profile.ts';
import { systemClock } from '../ports/clock.ts';
import { oneOf } from '../profiles/choice-words.ts';
import { type FoundProfile, findProfile, listProfiles } from '../profiles/find-profile.ts';
import { mergeChoices } from '../profiles/merge-choices.ts';
import { parseSets } from '../profiles/parse-set.ts';
import { ProfileStore, type Saved } from '../profiles/store.ts';
import { type Io, outJson } from './io.ts';

export interface ProfilesOptions {
  set?: string[];
  yes?: boolean;
  json?: boolean;
}

interface Done {
  profiles: FoundProfile[];
  problems?: { path: string; sentence: string }[];
  /** Said to a person; with --json the document says it. */
  lines: string[];
  exitCode?: number;
}

type Action = (
  names: string[],
  options: ProfilesOptions,
  io: Io,
  store: ProfileStore,
) => Promise<Done>;

/** `steadydancer profiles ACTION [NAMES]`. Throws a UsageError in one sentence. */
export async function profiles(
  what: string,
  names: string[],
  options: ProfilesOptions,
  io: Io,
): Promise<number> {
  const action = actions[what];
  if (!action)
    throw new UsageError(`profiles takes ${oneOf(Object.keys(actions))}, not \`${what}\`.`);
  const store = new ProfileStore(io, systemClock);
  const done = await action(names, options, io, store);
  if (options.json) outJson(io, document(done, store));
  else for (const line of done.lines) io.out(line);
  return done.exitCode ?? exitCodes.done;
}

function document({ profiles: found, problems }: Done, store: ProfileStore): ProfilesReport {
  const standard = store.default();
  return {
    v: 1,
    profiles: found.map(({ profile, origin, path }) => ({
      name: profile.name,
      description: profile.description ?? null,
      origin,
      default: profile.name === standard,
      path,
      choices: profile.choices,
    })),
    problems: (problems ?? []).map(({ path, sentence }) => ({ path, text: sentence })),
  };
}

const actions: Record<string, Action> = Object.assign(Object.create(null), {
  async list(_names, _options, io, store) {
    const { profiles: found, problems } = listProfiles(io);
    const standard = store.default();
    const width = Math.max(...found.map(({ profile }) => profile.name.length)) + 2;
    const lines = found.map(({ profile, origin }) => {
      const mark = profile.name === standard ? '*' : ' ';
      return `${mark} ${profile.name.padEnd(width)}${origin.padEnd(9)}${profile.description ?? ''}`.trimEnd();
    });
    return {
      profiles: found,
      problems,
      lines: [...lines, ...problems.map(({ sentence }) => `! ${sentence}`)],
    };
  },
  async show(names, _options, io) {
    const found = findProfile(one(names, 'show NAME'), io);
    return { profiles: [found], lines: [JSON.stringify(found.profile, null, 2)] };
  },
  async save(names, options, io, store) {
    const [name, base] = upTo(names, 1, 2, 'save NAME [FROM] --set key=value');
    // Saving over a name changes what it stands for; it does not begin from nothing.
    const before = listProfiles(io).profiles.find(({ profile }) => profile.name === name);
    const from =
      base === undefined ? (before?.profile.choices ?? {}) : findProfile(base, io).profile.choices;
    const choices = mergeChoices(from, parseSets(options.set ?? []));
    const done = saved(await store.save(name, choices), 'saved');
    if (before?.origin === 'shipped') {
      done.lines.push(
        `It now stands before the shipped profile ${name}; delete it to have that back.`,
      );
    }
    return done;
  },
  async copy(names, _options, _io, store) {
    const [from, to] = two(names, 'copy FROM TO');
    return saved(await store.copy(from, to), 'saved');
  },
  async rename(names, _options, _io, store) {
    const [from, to] = two(names, 'rename FROM TO');
    return saved(await store.rename(from, to), `what was ${from}`);
  },
  async delete(names, options, io, store) {
    const name = one(names, 'delete NAME');
    const found = findProfile(name, io);
    if (
      found.origin === 'own' &&
      !options.yes &&
      !(await agreed(
        `Delete the profile ${name} (${found.path})? It cannot be undone. y/N `,
        options,
        io,
      ))
    ) {
      return {
        profiles: [found],
        lines: [`The profile ${name} stays.`],
        exitCode: exitCodes.question,
      };
    }
    const path = await store.delete(name);
    return { profiles: [found], lines: [`The profile ${name} is deleted (${path}).`] };
  },
  async export(names, _options, io, store) {
    const [name, file] = upTo(names, 1, 2, 'export NAME [FILE]');
    const path = store.export(name, file ?? `${name}.json`);
    return {
      profiles: [findProfile(name, io)],
      lines: [`The profile ${name} is written to ${path}.`],
    };
  },
  async import(names, _options, _io, store) {
    const [file, as] = upTo(names, 1, 2, 'import FILE [NAME]');
    return saved(await store.import(file, as), 'saved');
  },
  async default(names, _options, io, store) {
    const [name] = upTo(names, 0, 1, 'default [NAME]');
    if (name) await store.setDefault(name);
    const standard = store.default();
    if (standard === null) return { profiles: [], lines: ['No profile is the default.'] };
    return {
      profiles: [findProfile(standard, io)],
      lines: [`The default profile is ${standard}.`],
    };
  },
} satisfies Record<string, Action>);

function saved({ profile, path, aside }: Saved, verb: string): Done {
  const lines = [`The profile ${profile.name} is ${verb} (${path}).`];
  if (aside) lines.push(`What was there before was no usable profile; it is kept as ${aside}.`);
  return { profiles: [{ profile, origin: 'own', path }], lines };
}

/** Nobody to ask (no terminal, or --json): no. */
async function agreed(question: string, options: ProfilesOptions, io: Io): Promise<boolean> {
  if (options.json || !io.interactive) {
    io.say('Deleting needs --yes where nobody can be asked.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

function upTo(
  names: string[],
  least: number,
  most: number,
  usage: string,
): [string, string | undefined] {
  if (names.length < least || names.length > most)
    throw new UsageError(`Use: steadydancer profiles ${usage}`);
  return [names[0] ?? '', names[1]];
}

function one(names: string[], usage: string): string {
  return upTo(names, 1, 1, usage)[0];
}

function two(names: string[], usage: string): [string, string] {
  const [first, second] = upTo(names, 2, 2, usage);
  return [first, second ?? ''];
}
