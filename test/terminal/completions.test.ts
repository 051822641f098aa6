import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shells } from '../../src/commands/completions/scripts.ts';
import { PtySession } from './harness/session.ts';

/** How each shell starts without anybody's own settings, and says that it listens. */
const starts: Record<(typeof shells)[number], { args: string[]; load: string }> = {
  bash: {
    args: ['--norc', '--noprofile', '-i'],
    load: "bind 'set enable-bracketed-paste off'; source <(steadydancer completions bash)",
  },
  zsh: {
    args: ['-f', '-i'],
    load: 'autoload -U compinit; compinit -u; source <(steadydancer completions zsh)',
  },
  fish: { args: ['--no-config', '-i'], load: 'steadydancer completions fish | source' },
};

/** `complete` after what is typed and Tab. The shell's own line is what a person sees. */
const cases: [typed: string, complete: string][] = [
  ['steadydancer sto', 'steadydancer stop'],
  ['steadydancer run --profile rtx-40', 'steadydancer run --profile rtx-4090-fp8'],
  ['steadydancer run -p mi', 'steadydancer run -p mine'],
  ['steadydancer run --set variant=fp1', 'steadydancer run --set variant=fp16'],
  ['steadydancer run --set extraN', 'steadydancer run --set extraNodes='],
  ['steadydancer run --profile=rtx-40', 'steadydancer run --profile=rtx-4090-fp8'],
  ['steadydancer models ver', 'steadydancer models verify'],
  ['steadydancer diagnose some', 'steadydancer diagnose some.log'],
];

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-completions-'));
  symlinkSync(join(import.meta.dirname, '../../dist/main.js'), join(home, 'steadydancer'));
  writeFileSync(join(home, 'some.log'), '');
  const saved = spawnSync(join(home, 'steadydancer'), ['profiles', 'save', 'mine'], {
    env: { ...process.env, STEADYDANCER_HOME: join(home, 'sd') },
  });
  expect(saved.status, saved.stderr.toString()).toBe(0);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

for (const shell of shells) {
  const there = spawnSync(shell, ['--version']).error === undefined;
  describe.skipIf(!there)(`${shell}${there ? '' : ' (is not on this machine)'}`, () => {
    it.each(cases)('%s<Tab>', async (typed, complete) => {
      const { args, load } = starts[shell];
      const session = new PtySession({
        file: shell,
        args,
        cwd: home,
        columns: 120,
        env: {
          HOME: home,
          PATH: `${home}:${process.env.PATH}`,
          PS1: '$ ',
          STEADYDANCER_HOME: join(home, 'sd'),
        },
      });
      session.type(`${load}; echo re''ady\r`);
      await session.waitFor(/^ready$/m);
      session.type(`${typed}\t`);
      await session.waitFor(new RegExp(`${complete.replaceAll(/[.]/g, '\\.')}\\s*$`, 'm'));
      session.kill();
      await session.exited;
    });
  });
}
