import type { Fix } from '../contract/diagnosis.ts';
import { Failure } from '../contract/failure.ts';
import type { ImageName } from './image-name.ts';

/** Names what a registry or the engine answered to a push. Wordings: facts runpod §9, measured. */
export function pushFailure(name: ImageName, proof: string, loggedIn: boolean): Failure {
  const login = name.host === 'docker.io' ? 'docker login' : `docker login ${name.host}`;
  const failure = (code: string, sentence: string, fixes: Fix[]) =>
    new Failure({ code, sentence, proof, phase: 'push', fixes });
  const denied =
    /no basic auth credentials|unauthorized|denied|authentication required|login attempt to|: 40[13]\b/i;
  if (denied.test(proof)) {
    if (loggedIn) {
      return failure(
        'push-denied',
        `${name.host} does not accept a push to ${name.ref} with the login that Docker has.`,
        [
          { label: 'Log in as somebody who may write there', command: login },
          { label: 'Use a name that begins with your own account' },
        ],
      );
    }
    return failure(
      'push-no-login',
      `Nobody is logged in to ${name.host}, which takes no push without.`,
      [{ label: 'Log in', command: login }],
    );
  }
  if (/does not exist locally with the tag|tag does not exist|No such image/i.test(proof)) {
    return failure('push-tag-missing', `The image ${name.ref} is not in this Docker.`, [
      { label: 'List images', command: 'docker image ls' },
    ]);
  }
  if (/blob upload (?:unknown|invalid)|\b413\b/i.test(proof)) {
    return failure('push-layer-too-large', `${name.host} closed the upload of a layer.`, [
      {
        label: 'Keep the models out of the image',
        command: 'steadydancer run --set placement=volume',
      },
      { label: 'Push again: layers that are there are not sent twice' },
    ]);
  }
  if (
    /server gave HTTP response to HTTPS client|first record does not look like a TLS/i.test(proof)
  ) {
    return failure(
      'registry-not-https',
      `${name.host} does not speak HTTPS, which Docker asks for.`,
      [{ label: `Add "${name.host}" to insecure-registries in /etc/docker/daemon.json` }],
    );
  }
  if (
    /dial tcp|connection refused|i\/o timeout|no such host|TLS handshake timeout|EOF$/i.test(proof)
  ) {
    return failure('registry-unreachable', `Nothing answers as a registry at ${name.host}.`, [
      { label: 'Try it', command: `curl -sSI https://${name.host}/v2/` },
    ]);
  }
  return failure('push-refused', `The image was not pushed to ${name.ref}.`, [
    { label: 'Try it by hand', command: `docker push ${name.ref}` },
  ]);
}
