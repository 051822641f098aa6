import { expect, test } from 'vitest';
import { exitCodes } from '../../../src/contract/exit-codes.ts';
import { diskFailure } from '../../../src/models/failures.ts';

const seen = (code: string) =>
  diskFailure(Object.assign(new Error(`${code}: words`), { code }), "/data/it's", 20_000_000, 1000);

test.each([
  ['ENOSPC', 'disk-full-models', '20 MB still missing'],
  ['EDQUOT', 'disk-full-models', '20 MB still missing'],
  ['EROFS', 'models-folder-read-only', '20 MB still missing'],
  ['EACCES', 'models-folder-no-permission', '20 MB still missing'],
  ['EPERM', 'models-folder-no-permission', '20 MB still missing'],
  ['EIO', 'models-disk-error', 'input/output error'],
  ['EFBIG', 'models-file-too-big', 'no file of this size'],
])('%s is %s, with the folder and what a person can do', (code, expected, words) => {
  const failure = seen(code);
  expect(failure?.code).toBe(expected);
  expect(failure?.message).toContain("/data/it's");
  expect(failure?.message).toContain(words);
  expect(failure?.details.fixes?.length).toBeGreaterThan(0);
});

test('a full disk has the exit code of disks; a quota tells nothing of the free space', () => {
  expect(seen('ENOSPC')?.details.exitCode).toBe(exitCodes.disk);
  expect(seen('ENOSPC')?.message).toContain('free');
  expect(seen('EDQUOT')?.message).not.toContain('free');
});

test('the command quotes what a shell would read', () => {
  expect(seen('EACCES')?.details.fixes?.[0]?.command).toContain(`'/data/it'\\''s'`);
});

test('what only we could mend is no failure of the disk', () => {
  expect(seen('EBADF')).toBeNull();
  expect(diskFailure(new TypeError('x'), '/data', 0, null)).toBeNull();
});
