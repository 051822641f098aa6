/**
 * The command that starts a program with group docker in force, for someone who was added to it
 * after this session began (sg(1)). It takes one shell command, so every word is quoted.
 */
export function dockerGroupCommand(command: readonly string[]): [string, ...string[]] {
  return ['sg', 'docker', '-c', `exec ${command.map(shellQuoted).join(' ')}`];
}

/** A word as a POSIX shell reads it back unchanged; plain words stay as they are. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
