/**
 * Where to fetch an address when its host has a mirror: the mirror with the address's path behind
 * it, as `mirrored` of docker/steps/fetch.sh does.
 */
export function mirrored(address: string, mirror: string | undefined): string {
  if (!mirror) return address;
  return `${mirror.replace(/\/$/, '')}/${address.replace(/^[a-z]*:\/\/[^/]*\//, '')}`;
}
