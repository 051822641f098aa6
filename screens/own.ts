import { ownCommand } from '../src/runner/own-command.ts';

const command = ownCommand({
  env: process.env,
  script: process.argv[1],
  cwd: process.cwd(),
});

/** A command of ours as the person in front can type it: they may have no `steadydancer` on PATH. */
export function own(args = ''): string {
  return args === '' ? command : `${command} ${args}`;
}
