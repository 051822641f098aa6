import { exitCodes } from '../contract/exit-codes.ts';
import { Failure, type FailureDetails } from '../contract/failure.ts';
import { formatBytes } from '../text/format.ts';

/** A failure of the models phase. */
export function modelsFailure(
  code: string,
  sentence: string,
  more: Omit<FailureDetails, 'code' | 'sentence' | 'phase'> = {},
  options?: ErrorOptions,
): Failure {
  return new Failure({ code, sentence, phase: 'models', ...more }, options);
}

/** The disk of the models cannot take what is still missing. */
export function diskFull(folder: string, missingBytes: number, freeBytes: number | null): Failure {
  const free = freeBytes === null ? '' : `${formatBytes(freeBytes)} free, `;
  return modelsFailure(
    'disk-full-models',
    `The disk of ${folder} is full: ${free}${formatBytes(missingBytes)} still missing.`,
    {
      proof: 'ENOSPC: no space left on device',
      exitCode: exitCodes.disk,
      fixes: [{ label: 'Make room, or choose another models folder; what is there is kept' }],
    },
  );
}

/** Something else than a folder stands where models, or a folder of them, are to be. */
export function folderIsNone(path: string, proof: string): Failure {
  return modelsFailure('models-folder-not-folder', `${path} is not a folder to put models into.`, {
    proof,
    fixes: [{ label: 'Choose another models folder, or move away what stands there' }],
  });
}

/**
 * What an error of the file system means for a person; null when it is not one of those that only
 * a person can change.
 */
export function diskFailure(
  error: unknown,
  folder: string,
  missingBytes: number,
  freeBytes: number | null,
): Failure | null {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  const proof = message ?? String(code);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, missingBytes, code === 'EDQUOT' ? null : freeBytes);
    case 'EROFS':
      return modelsFailure(
        'models-folder-read-only',
        `The models folder ${folder} is on a read-only filesystem: ${formatBytes(missingBytes)} still missing.`,
        { proof, fixes: [{ label: 'Choose a models folder that can be written' }] },
      );
    case 'EACCES':
    case 'EPERM':
      return modelsFailure(
        'models-folder-no-permission',
        `The models folder ${folder} cannot be written by this user: ${formatBytes(missingBytes)} still missing.`,
        {
          proof,
          fixes: [
            {
              label: 'Give the folder to your user',
              command: `sudo chown -R "$(id -u):$(id -g)" '${folder.replaceAll("'", `'\\''`)}'`,
            },
          ],
        },
      );
    case 'EIO':
      return modelsFailure(
        'models-disk-error',
        `The disk of ${folder} answers with an input/output error.`,
        { proof, fixes: [{ label: 'Look at the kernel log', command: 'sudo dmesg | tail -n 40' }] },
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return folderIsNone(folder, proof);
    case 'EFBIG':
      return modelsFailure(
        'models-file-too-big',
        `The filesystem of ${folder} holds no file of this size.`,
        { proof, fixes: [{ label: 'Choose a folder on ext4, xfs, btrfs, NTFS or exFAT' }] },
      );
    default:
      return null;
  }
}
