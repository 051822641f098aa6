import type Docker from 'dockerode';
import { z } from 'zod';

const historySchema = z.array(z.object({ Size: z.number().nonnegative() }));

/** Bytes of each layer before compression, the base's too; GET /images/{name}/history. */
export async function layerSizes(docker: Docker, image: string): Promise<number[]> {
  const history = historySchema.parse(await docker.getImage(image).history());
  return history.map(({ Size }) => Size).filter((bytes) => bytes > 0);
}
