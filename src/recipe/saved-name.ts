/** Name, without its ends, of a saved image's file and of the profile beside it. */
export function savedName(recipe: string, planDigest: string): string {
  return `${recipe}-${planDigest.replace(/^sha256:/, '').slice(0, 12)}`;
}
