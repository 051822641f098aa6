import type Dockerode from 'dockerode';

export interface ImageFacts {
  bytes: number;
  largestLayerBytes: number;
  /** All commands and arguments that the image's history and configuration keep. */
  words: string;
}

export async function imageFacts(docker: Dockerode, ref: string): Promise<ImageFacts> {
  const image = docker.getImage(ref);
  const info = await image.inspect();
  const history = (await image.history()) as { Size: number; CreatedBy: string }[];
  return {
    bytes: info.Size,
    largestLayerBytes: Math.max(...history.map(({ Size }) => Size)),
    words: [...history.map(({ CreatedBy }) => CreatedBy), JSON.stringify(info.Config)].join('\n'),
  };
}

/** Runs a command in a fresh container without a network, as a uid without a name. */
export async function runIn(
  docker: Dockerode,
  ref: string,
  command: string[],
  user = '4321:4322',
): Promise<{ code: number; said: string }> {
  const container = await docker.createContainer({
    Image: ref,
    Entrypoint: command,
    User: user,
    Tty: true,
    Env: ['HOME=/tmp'],
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'] },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    await container.start();
    let said = '';
    for await (const chunk of stream) said += chunk.toString();
    const { StatusCode } = await container.wait();
    return { code: StatusCode, said: said.replaceAll('\r', '') };
  } finally {
    await container.remove({ force: true });
  }
}
