import type { Io } from '../src/commands/io.ts';
import { glance } from '../src/machine/glance.ts';
import { systemClock } from '../src/ports/clock.ts';
import { places } from '../src/profiles/places.ts';
import { lastRun } from '../src/runner/last-run.ts';
import type { Asked, WizardDeps, WizardWorld } from './deps.ts';
import type { TokenWorld } from './token-world.ts';

/**
 * The wizard's world with what its first frame needs; the rest is the engine, which is loaded at its
 * first use, behind that frame.
 */
export function firstDeps(io: Io, version: string, goesOn: Asked | null): WizardDeps {
  let loaded: Promise<WizardWorld> | undefined;
  const load = async () => {
    const [{ wizardWorld }, { runDeps }] = await Promise.all([
      import('./connect.ts'),
      import('./connect-run.ts'),
    ]);
    // From now on all that the screens of a run can do is there, too.
    Object.assign(deps, runDeps(io));
    return wizardWorld(io);
  };
  const world = () => {
    loaded ??= load();
    return loaded;
  };
  const { runs } = places(io.env, io.home);
  let tokens: Promise<TokenWorld> | undefined;
  // One for all pages: what was typed is known to each of them.
  const token = () => {
    tokens ??= import('./connect-token.ts').then(({ tokenWorld }) => tokenWorld(io));
    return tokens;
  };
  const deps: WizardDeps = {
    version,
    ...(goesOn ? { goesOn } : {}),
    clock: systemClock,
    terminal: { stdin: process.stdin, stdout: process.stdout, env: io.env },
    say: io.out,
    async *follow(...given) {
      await world();
      // Not this one: loading has put the real one in its place.
      yield* deps.follow(...given);
    },
    control: async (...given) => {
      await world();
      return deps.control(...given);
    },
    profiles: async () => (await import('./connect-profiles.ts')).profilesWorld(io),
    token,
    cleaning: async () => (await import('./connect-clean.ts')).cleanWorld(io),
    trouble: async () => (await import('./connect-trouble.ts')).troubleWorld(io),
    sight: { ...glance(io.env), last: lastRun(runs) },
    proxy: proxyOf(io.env),
    observe: async (...given) => (await world()).observe(...given),
    examine: async (...given) => (await world()).examine(...given),
    planner: async (...given) => (await world()).planner(...given),
    startRun: async (...given) => (await world()).startRun(...given),
    startAgain: async (...given) => (await world()).startAgain(...given),
    measureMirrors: async (...given) => (await world()).measureMirrors(...given),
    ownProfiles: async () => (await world()).ownProfiles(),
    saveProfile: async (...given) => (await world()).saveProfile(...given),
    walkRoad: async (...given) => (await world()).walkRoad(...given),
    rootRights: async () => (await world()).rootRights(),
    askPassword: async () => (await world()).askPassword(),
    tokenFrom: async () => (await token()).look().from,
    rehearsal: async () => (await world()).rehearsal(),
  };
  return deps;
}

/** The proxy that downloads go through, without a password in it. */
function proxyOf(env: NodeJS.ProcessEnv): string | null {
  const proxy = env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy || null;
  return proxy?.replace(/\/\/[^/@]*@/, '//') ?? null;
}
