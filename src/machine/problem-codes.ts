import type { EngineProblem, GpuProblem } from './types.ts';

/**
 * Diagnosis code of each named state, for a Failure: the ones of the failure catalogue where a log
 * can show the same cause, so that a run and `diagnose` say the same word.
 */
export const engineProblemCodes: Record<EngineProblem, string> = {
  absent: 'engine-not-installed',
  'not-running': 'engine-not-running',
  'no-permission': 'engine-no-permission',
  'wrong-context': 'engine-context-missing',
  timeout: 'engine-no-answer',
  'desktop-stopped': 'engine-desktop-stopped',
  'desktop-not-integrated': 'engine-wsl-integration-off',
  'windows-containers': 'engine-windows-containers',
  'cannot-run-here': 'engine-cannot-run-here',
  unreachable: 'engine-refused',
  ssh: 'engine-elsewhere',
};

export const gpuProblemCodes: Record<GpuProblem, string> = {
  none: 'gpu-none-found',
  'no-tool': 'gpu-driver-missing',
  'no-devices': 'gpu-none-found',
  'driver-not-loaded': 'gpu-driver-not-loaded',
  'library-missing': 'gpu-driver-library-missing',
  'version-mismatch': 'gpu-driver-changed',
  'no-permission': 'gpu-no-permission',
  'unseen-by-driver': 'gpu-not-usable',
  hang: 'gpu-hang',
  broken: 'gpu-fell-off',
};
