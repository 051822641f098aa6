import { nextFreePort } from '../../launch/port.ts';
import { portOwner } from '../../launch/port-owner.ts';
import { answersPlan } from './other-answers.ts';
import type { FixAction } from './types.ts';

/** A port below this is root's own (ip_unprivileged_port_start). */
const FIRST_FREE_PORT = 1024;

/** The next port that is free now: looked at, not only counted up. */
export const otherPort: FixAction = async (trouble, fix, world) => {
  const { run } = trouble;
  if (!run) return { not: 'There is no run here whose port could change.' };
  const asked = run.planned?.choices ?? run.request.choices;
  const listen = asked.listen ?? '127.0.0.1';
  const from = Math.max(FIRST_FREE_PORT, (asked.port ?? 8188) + 1);
  const { engine } = world.machine;
  const local = engine.state !== 'ready' || !engine.endpoint.remote;
  const port = await nextFreePort(from, (number) =>
    portOwner({ port: number, listen, docker: world.docker, local }),
  );
  if (port === null) return { not: `The 100 ports after ${from} are taken too.` };
  const title = `Use port ${port}`;
  const id = fix.applies ?? 'next-free-port';
  return answersPlan(trouble, { port }, { id, title }, world);
};
