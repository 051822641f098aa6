#!/usr/bin/env node
// argv → one command, lazily imported. The only file that sets the exit code.
// Not by name: an old Node, which is to be told so, knows no such export.
import * as nodeModule from 'node:module';
import manifest from '../package.json' with { type: 'json' };
import { SignalInbox } from './commands/signal-inbox.ts';

const NEEDED_NODE = [22, 19] as const;

function oldNode(): string | null {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]);
  if (fits) return null;
  return `steadydancer needs Node ${NEEDED_NODE.join('.')} or newer; this is ${process.versions.node}.`;
}

const tooOld = oldNode();
const argv = process.argv.slice(2);
if (tooOld) {
  process.stderr.write(`${tooOld}\n`);
  process.exitCode = 10;
} else if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${manifest.version}\n`);
} else {
  // A signal that comes while the rest is loaded is kept for the run.
  const inbox = argv[0] === 'run' ? new SignalInbox() : null;
  // Of the libraries, to whoever mends them: nobody in front can.
  process.noDeprecation = true;
  // What was compiled once is read from then on.
  nodeModule.enableCompileCache();
  const { runProgram } = await import('./commands/program.ts');
  process.exitCode = await runProgram(argv, manifest.version, inbox);
}
