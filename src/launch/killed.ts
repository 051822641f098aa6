import type Docker from 'dockerode';

/**
 * What the engine says of a container that was ended because memory ran full; null for any other, and
 * where it cannot be asked. Exit code 137 counts, also where the engine did not note the reason.
 */
export async function killedForMemory(docker: Docker, id: string): Promise<string | null> {
  const info = await docker
    .getContainer(id)
    .inspect()
    .catch(() => null);
  if (!info || info.State.Running) return null;
  const { ExitCode: exitCode, OOMKilled: outOfMemory } = info.State;
  if (exitCode !== 137 && !outOfMemory) return null;
  return `exit code ${exitCode}, OOMKilled ${outOfMemory}`;
}
