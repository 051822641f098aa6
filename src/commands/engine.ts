import type Docker from 'dockerode';
import { Failure } from '../contract/failure.ts';
import { engineProblemCodes } from '../machine/problem-codes.ts';
import { systemClock } from '../ports/clock.ts';
import { connectDocker, type DockerEndpoint, resolveEndpoint } from '../ports/docker.ts';
import { systemProcesses } from '../ports/processes.ts';
import type { Io } from './io.ts';

/** The engine, for a command that does nothing without one. Throws a Failure that says why there is none. */
export async function connectedEngine(
  io: Pick<Io, 'env' | 'home'>,
): Promise<{ docker: Docker; endpoint: DockerEndpoint }> {
  const endpoint = await resolveEndpoint(io.env, io.home);
  try {
    return { docker: await connectDocker(endpoint), endpoint };
  } catch (error) {
    throw await whyNot(io, error);
  }
}

async function whyNot(io: Pick<Io, 'env' | 'home'>, error: unknown): Promise<Failure> {
  const [{ observeEngine }, { observeHost }] = await Promise.all([
    import('../machine/engine.ts'),
    import('../machine/host.ts'),
  ]);
  const host = await observeHost({ env: io.env });
  const engine = await observeEngine({
    env: io.env,
    host: { ...host, home: io.home },
    processes: systemProcesses,
    clock: systemClock,
  });
  const proof = error instanceof Error ? error.message : String(error);
  if (engine.state === 'ready') {
    const sentence = 'Docker did not answer in time; it answers now.';
    return new Failure({ code: 'engine-timeout', sentence, proof }, { cause: error });
  }
  const { state, sentence, fixes } = engine;
  return new Failure(
    { code: engineProblemCodes[state], sentence, proof: engine.proof, fixes },
    { cause: error },
  );
}
