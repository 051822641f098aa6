import { describe, expect, it } from 'vitest';
import { allChecks } from '../../../src/doctor/checks/index.ts';
import { reportLines, wrap } from '../../../src/doctor/rows.ts';
import { runChecks } from '../../../src/doctor/run-checks.ts';
import { safeFixes } from '../../../src/doctor/safe-fixes.ts';
import { type Check, checkGroups, ok, type TimedResult } from '../../../src/doctor/types.ts';
import { contextOf } from './context.ts';

const check = (id: string, look: Check['look'], group: Check['group'] = 'host'): Check => ({
  id,
  title: id,
  group,
  look,
});

describe('the checks', () => {
  it('are at least twenty, each with an id of its own', () => {
    const ids = allChecks.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(20);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('run side by side: one waits for another that comes after it', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const results = await runChecks(
      [
        check('waits', async () => ok(await promise)),
        check('tells', () => {
          resolve('told');
          return ok('');
        }),
      ],
      contextOf(),
    );
    expect(results[0]).toMatchObject({ status: 'ok', detail: 'told' });
  });

  it('that crash are one failed row each, and the others go on', async () => {
    const results = await runChecks(
      [
        check('throws', () => {
          throw new TypeError('x is not a function');
        }),
        check('rejects', () => Promise.reject('why')),
        check('fine', () => ok('yes')),
      ],
      contextOf(),
    );
    expect(results.map(({ status, detail }) => [status, detail])).toEqual([
      ['fail', 'The check itself broke: x is not a function'],
      ['fail', 'The check itself broke: why'],
      ['ok', 'yes'],
    ]);
  });

  it('are listed by group whatever ends first', async () => {
    const results = await runChecks(
      [
        check('a', () => ok(''), 'own'),
        check('b', () => ok(''), 'gpu'),
        check('c', () => ok(''), 'disk'),
      ],
      contextOf(),
    );
    expect(results.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('end at the signal', async () => {
    const stop = new AbortController();
    const never = check('never', () => new Promise(() => {}));
    const running = runChecks([never], contextOf(), { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
  });

  it('never break over a bare machine', async () => {
    const results = await runChecks(allChecks, contextOf());
    expect(results.filter(({ detail }) => detail.includes('itself broke'))).toEqual([]);
    expect(new Set(results.map(({ group }) => group))).toEqual(new Set(checkGroups));
  });
});

const row = (more: Partial<TimedResult>): TimedResult => ({
  id: 'engine',
  title: 'Docker',
  group: 'engine',
  status: 'ok',
  detail: 'Engine 29.5',
  ms: 3,
  ...more,
});

describe('the rows', () => {
  it('have a status word, and the headline names what fails', () => {
    const lines = reportLines([row({ status: 'fail', detail: 'Docker is not installed.' })], 412);
    expect(lines[0]).toBe('This computer cannot run SteadyDancer yet: Docker.');
    expect(lines).toContain('FAIL  Docker                  Docker is not installed.');
    expect(lines.at(-1)).toBe('1 checks in 0.4 s: 0 ok, 0 WARN, 1 FAIL, 0 skip');
  });

  it('stay within the width, but a command is one line', () => {
    const command = `echo ${'x'.repeat(100)}`;
    const fix = { label: 'a label of many words '.repeat(6).trim(), command };
    const lines = reportLines([row({ detail: 'words '.repeat(40), status: 'warn', fix })], 1, 80);
    expect(lines.filter((line) => line.length > 80)).toEqual([`      ${command}`]);
    expect(wrap('', 10)).toEqual(['']);
  });
});

it('safe fixes are only those that are known to be, of rows that need one', () => {
  const fix = {
    label: 'Start Docker',
    command: 'sudo systemctl start docker',
    applies: 'start-engine',
  };
  expect(safeFixes([row({ status: 'fail', fix })])).toHaveLength(1);
  expect(safeFixes([row({ status: 'ok', fix })])).toEqual([]);
  expect(safeFixes([row({ status: 'fail', fix: { ...fix, applies: 'remove-all' } })])).toEqual([]);
  expect(safeFixes([row({ status: 'fail', fix: { label: 'x', command: 'rm -rf /' } })])).toEqual(
    [],
  );
});
