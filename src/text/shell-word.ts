/** A word for a POSIX shell, quoted only where it has to be; a leading `~/` stays a home folder. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text;
  const quote = (part: string) => `'${part.replaceAll("'", "'\\''")}'`;
  return text.startsWith('~/') ? `~/${quote(text.slice(2))}` : quote(text);
}
