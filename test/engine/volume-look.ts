// Looks into a volume with another program than ours: Node alone, as root in a container.
import type Dockerode from 'dockerode';
import { nodeImage } from './images.ts';

export interface Looked {
  size: number;
  uid: number;
  mode: string;
  sha256: string | null;
}

const SCRIPT = `
const fs = require('node:fs'); const { createHash } = require('node:crypto');
const [path, change] = process.argv.slice(1);
if (change) { fs.chownSync(path, 0, 0); fs.chmodSync(path, 0o755); }
const { size, uid, mode } = fs.statSync(path);
const sha256 = fs.statSync(path).isFile() ? createHash('sha256').update(fs.readFileSync(path)).digest('hex') : null;
console.log(JSON.stringify({ size, uid, mode: (mode & 0o777).toString(8), sha256 }));
`;

/** @param change gives the path to root, and the rights that a new folder of root has */
export async function inVolume(
  docker: Dockerode,
  volume: string,
  path: string,
  change?: string,
): Promise<Looked> {
  const { ref } = await nodeImage(docker);
  const container = await docker.createContainer({
    Image: ref,
    Entrypoint: ['/node', '-e', SCRIPT, `/volume/${path}`, ...(change ? [change] : [])],
    HostConfig: { Mounts: [{ Type: 'volume', Source: volume, Target: '/volume' }] },
  });
  try {
    await container.start();
    const { StatusCode } = await container.wait();
    const said = (await container.logs({ stdout: true, stderr: true })).toString('latin1');
    if (StatusCode !== 0) throw new Error(said);
    return JSON.parse(said.slice(said.indexOf('{')));
  } finally {
    await container.remove({ force: true });
  }
}
