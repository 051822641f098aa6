import type { Fix } from '../../contract/diagnosis.ts';
import { fix } from '../catalogue/define.ts';

const derive = fix('Make an image with the missing package in it', undefined, 'derive-image');
const port = fix('Use the next free port', 'steadydancer run --set port=8189', 'next-free-port');
const fetchAgain = fix('Fetch the bad file again', 'steadydancer models pull', 'models-pull');
const hub = fix('Try another source of the models', undefined, 'mirror-hub');
const base = fix('Try another source of base images', undefined, 'mirror-base');
const pip = fix('Try another source of Python packages', undefined, 'mirror-pip');
const own = fix('Give the folders to your user', undefined, 'own-folders');
const toolkit = fix("Install NVIDIA's container toolkit", undefined, 'install-toolkit');
const cdi = fix('Write the list of GPUs (CDI) again', undefined, 'write-cdi-list');
const again = fix('Try again: what is done is kept', 'steadydancer run', 'retry');
const elsewhere = fix('Put the models elsewhere', undefined, 'move-models');

/**
 * What the wizard can do about a failure beside what its own words offer, by code. Each looks at the
 * machine before it is offered, so that one that does not apply here is left out.
 */
export const moreFixes: Readonly<Record<string, readonly Fix[]>> = {
  'smoke-node-missing': [derive, again],
  'node-pack-module-missing': [derive],
  'node-pack-import-failed': [derive],
  'python-module-missing': [derive],
  'container-exited': [derive, again],
  'container-not-ready': [again],
  'container-oom-killed': [
    fix('Let the container use more memory', undefined, 'memory-limit-more'),
  ],
  'port-taken': [port],
  'models-hash-mismatch': [fetchAgain, hub],
  'models-other-file': [fetchAgain],
  'models-truncated': [fetchAgain, hub],
  'models-size-differs': [fetchAgain],
  'models-content-wrong': [fetchAgain],
  'smoke-model-missing': [fetchAgain],
  'models-network': [again, hub],
  'models-no-answer': [again, hub],
  'models-stalled': [again, hub],
  'models-source-unavailable': [hub, again],
  'models-html-page': [hub, again],
  'models-rate-limited': [again],
  'models-folder-no-permission': [own, elsewhere],
  'models-folder-read-only': [elsewhere],
  'models-file-too-big': [elsewhere],
  'disk-full-models': [elsewhere],
  'gpu-toolkit-missing': [toolkit],
  'gpu-runtime-unknown': [toolkit],
  'gpu-cdi-off': [toolkit],
  'gpu-cdi-stale': [cdi],
  'container-gpu-unavailable': [cdi, toolkit],
  'engine-not-installed': [fix('Install Docker', undefined, 'install-engine')],
  'engine-not-running': [fix('Start Docker', undefined, 'start-engine')],
  'engine-no-permission': [fix('Become a member of group docker', undefined, 'join-docker-group')],
  'engine-desktop-stopped': [fix('Start Docker Desktop', undefined, 'start-desktop')],
  'build-timed-out': [fix('Give it twice the time', undefined, 'more-time'), again],
  'build-stalled': [again],
  'build-out-of-memory': [fix('Use the next attention back-end', undefined, 'attention-next')],
  'image-not-pulled': [base, again],
  'registry-rate-limit': [base],
  'registry-unreachable': [base, again],
  'base-image-missing': [again],
  'hub-offline': [hub],
  'hub-rate-limited': [again, hub],
  'model-hash-mismatch': [hub],
  'network-timeout': [pip],
  'network-reset': [pip],
  'network-refused': [pip],
};
