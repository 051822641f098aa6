import { UsageError } from '../contract/failure.ts';

/** A place in a registry: what `docker push` takes. */
export interface ImageName {
  /** `ghcr.io`, `127.0.0.1:5000`; `docker.io` where the name has no host. */
  host: string;
  /** What the engine is given: with the host only where it was written. */
  repository: string;
  tag: string;
  /** As it was given. */
  ref: string;
}

// distribution/reference: path components, tags and host names.
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?$/;

/**
 * Reads `REGISTRY/NAME:TAG`. Without a registry it is Docker Hub's, as for the docker command: the
 * first part is a host when it has a dot or a colon, or is `localhost` (distribution/reference).
 * @throws UsageError in one sentence
 */
export function parseImageName(ref: string): ImageName {
  const [first = '', ...rest] = ref.split('/');
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = hosted ? first : 'docker.io';
  const path = hosted ? rest.join('/') : ref;
  if (path.includes('@')) {
    throw new UsageError(`${ref} names a digest; an image is pushed to a tag: REGISTRY/NAME:TAG.`);
  }
  const [name = '', tag = ''] = path.split(':');
  const parts = name.split('/');
  if (
    !HOST.test(host) ||
    !parts.every((part) => COMPONENT.test(part)) ||
    path.split(':').length > 2
  )
    throw new UsageError(`${ref} is not a name of an image: REGISTRY/NAME:TAG, in small letters.`);
  if (!checkedTag(tag)) {
    throw new UsageError(`${ref} has no tag; name one that is not used yet: REGISTRY/NAME:TAG.`);
  }
  if (!hosted && parts.length === 1) {
    throw new UsageError(`${ref} names no account of Docker Hub: ACCOUNT/NAME:TAG.`);
  }
  return { host, repository: hosted ? `${host}/${name}` : name, tag, ref };
}

/** True for what can stand behind the colon. */
export function checkedTag(tag: string): boolean {
  return TAG.test(tag);
}

/** The same repository with another tag. */
export function withTag(name: ImageName, tag: string): ImageName {
  return { ...name, tag, ref: `${name.repository}:${tag}` };
}
