import { type CredentialPorts, registryLogin } from './credentials.ts';
import type { ImageName } from './image-name.ts';
import { pushFailure } from './push-failure.ts';

/** Registries that never take a push from somebody unknown (docs.docker.com, docs.github.com). */
const ALWAYS = /^(?:docker\.io|ghcr\.io|quay\.io|registry\.gitlab\.com)$/;

/**
 * Looks for the login before anything is built or sent.
 * @throws Failure `push-no-login`, or why the logins cannot be read
 */
export async function loginNeeded(to: ImageName, ports: CredentialPorts): Promise<void> {
  const login = await registryLogin(to.host, ports);
  if (login === null && ALWAYS.test(to.host)) {
    throw pushFailure(to, 'no basic auth credentials', false);
  }
}
