import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

const usage = fix('See what Docker holds', 'docker system df');
const prune = fix('Remove unused build cache', 'docker builder prune', 'prune-build-cache');

/** ENOSPC and its relatives, by what was being written. */
export const disk: FailureClass[] = [
  {
    code: 'disk-full-export',
    title: 'The disk is full: Docker could not write the finished image',
    phase: 'image',
    tier: 'root',
    cause:
      'The place where Docker keeps layers had no space left while an image was written or unpacked.',
    fixes: [
      prune,
      usage,
      fix('Move the models to another disk', 'steadydancer run --set modelsDir=DIR', 'move-models'),
    ],
    source: 'willow-inference-server#131; facts steadydancer 8.23; moby layer/, containerd diff/',
    explains: ['disk-full', 'disk-full-build'],
    patterns: [
      { line: /failed to register layer.*no space left on device/i, confidence: 0.97 },
      {
        line: /(?:exporting |unpacking (?:to|docker)|naming to|failed to (?:copy|extract|prepare|mount|ingest|commit)\b|ApplyLayer|appl(?:y|ying) layer|writing (?:blob|layer|image)).*no space left on device/i,
        unless: /os error 28|site-packages/,
        confidence: 0.95,
      },
      {
        line: /(?:write|mkdir|symlink|open|mknod|link|rename) \S*(?:\/var\/lib\/(?:docker|containerd)|overlay2|\/buildkit\/|io\.containerd)\S*: no space left on device/i,
        confidence: 0.95,
      },
      {
        line: /ERROR: .*no space left on device/i,
        near: /exporting (?:layers|to image|to docker)/i,
        confidence: 0.95,
      },
    ],
  },
  {
    code: 'disk-full-models',
    title: 'The disk is full: a model could not be saved',
    phase: 'models',
    tier: 'root',
    cause: 'The place for models had no space left.',
    fixes: [
      fix('Put the models elsewhere', 'steadydancer run --set modelsDir=DIR', 'move-models'),
      fix('See the space', 'df -h'),
    ],
    source: 'curl 23, wget, huggingface_hub file_download.py',
    explains: ['disk-full', 'disk-full-build'],
    patterns: [
      { line: /Not enough free disk space to download the file/i, confidence: 0.95 },
      {
        line: /(?:no space left on device|errno 28|ENOSPC)/i,
        near: /(?:\.safetensors|\.gguf|\.onnx|\.ckpt|huggingface|hf_hub|hf download|download_models|\/models\/)/i,
        notNear: /(?:exporting layers|failed to register layer|pip install|uv pip|cc1plus|nvcc)/i,
        confidence: 0.93,
      },
      { line: /curl: \(23\)/i, near: /(?:no space left|\.safetensors|\.gguf|models)/i },
      {
        line: /curl: \(23\) Fail(?:ure|ed) writing/i,
        notNear: /Permission denied|Broken pipe/i,
        confidence: 0.75,
      },
      { line: /Cannot write to ['‘]\S+['’] \(No space left on device\)/i },
    ],
  },
  {
    code: 'disk-full-build',
    title: 'The disk is full: a build step could not write',
    phase: 'dependencies',
    tier: 'root',
    cause: 'The place where Docker builds had no space left in the middle of a step.',
    fixes: [prune, usage, fix('See the space', 'df -h')],
    source: 'errno 28 as pip, uv, apt, dpkg, tar, gcc, ld and git print it',
    explains: ['disk-full'],
    patterns: [
      {
        line: /(?:OSError|IOError|error|ERROR).*(?:\[Errno 28\]|No space left on device)/,
        near: /(?:pip|uv |wheel|site-packages|#\d+ |Step \d+\/|RUN |cc1|nvcc|dpkg|apt)/i,
        confidence: 0.92,
      },
      { line: /You don't have enough free space in /i, confidence: 0.95 },
      {
        line: /(?:dpkg|apt|tar|cp|ld|cc1|cc1plus|as|ar|fwrite|write|git|fatal|unzip|install|Write error|ninja|make).*No space left on device/i,
        confidence: 0.92,
        unless: /\/var\/lib\/(?:docker|containerd)|inotify|register layer|\/dev\/shm/i,
      },
      { line: /\(os error 28\)/i, confidence: 0.92 },
    ],
  },
  {
    code: 'disk-inotify',
    title: "The kernel's limit for watched files is reached",
    phase: null,
    tier: 'root',
    cause: 'The message speaks of space, but it is the number of file watches that ran out.',
    fixes: [
      fix(
        'Raise it',
        'sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024',
      ),
    ],
    source: 'inotify(7)',
    explains: ['disk-full', 'disk-full-build', 'open-files-limit'],
    patterns: [
      /inotify\w*.*(?:No space left on device|Too many open files|ENOSPC)/i,
      /System limit for number of file watchers reached/i,
      /(?:failed to create (?:fsnotify )?watcher|fsnotify).*too many open files/i,
    ],
  },
  {
    code: 'disk-inodes',
    title: 'The disk has space but no room for more files',
    phase: null,
    tier: 'root',
    cause: 'All inodes of the filesystem are used: it holds very many small files.',
    fixes: [fix('See it', 'df -i'), prune],
    source: 'ext4; df -i',
    explains: ['disk-full', 'disk-full-build', 'disk-full-export', 'disk-full-models'],
    patterns: [
      {
        line: /no space left on device/i,
        near: /(?:IUse%|Inodes|inodes).*\n(?:.*\n){0,6}.*\b(?:100|99)% +\//i,
        confidence: 0.96,
      },
      {
        line: /(?:no free|out of|no more) inodes|inode (?:limit|quota) (?:reached|exceeded)/i,
        confidence: 0.95,
      },
    ],
  },
  {
    code: 'disk-quota',
    title: 'The storage quota is used up',
    phase: null,
    tier: 'root',
    cause: 'This user or volume may not hold more, though the disk has space.',
    fixes: [
      fix('See the quota', 'quota -s'),
      fix(
        'Enlarge the volume, or put the models elsewhere',
        'steadydancer run --set modelsDir=DIR',
        'move-models',
      ),
    ],
    source: 'errno 122 EDQUOT',
    patterns: [/Disk quota exceeded|EDQUOT|os error 122/i],
  },
  {
    code: 'disk-read-only',
    title: 'The filesystem is read-only',
    phase: null,
    tier: 'root',
    cause: 'It is mounted so, or the kernel made it so after an error (on WSL: when C: is full).',
    fixes: [
      fix('See the mounts', 'findmnt -o TARGET,OPTIONS'),
      fix('Mount the folder without ":ro"'),
    ],
    source: 'errno 30 EROFS',
    patterns: [/Read-only file system|EROFS|os error 30/i],
  },
  {
    code: 'disk-io-error',
    title: 'The disk reports a read or write error',
    phase: null,
    tier: 'root',
    cause: 'The drive, its cable or the virtual disk under it is failing.',
    fixes: [
      fix("Read the kernel's log", 'sudo dmesg --level=err | tail'),
      fix('Check the drive', 'sudo smartctl -a /dev/sda'),
    ],
    source: 'errno 5 EIO; Linux block layer',
    patterns: [
      { line: /Input\/output error|\[Errno 5\]|os error 5\b/i, unless: /os error 5\d/ },
      /EXT4-fs error|XFS .*(?:corruption|I\/O error)|BTRFS.*error|Buffer I\/O error|blk_update_request: I\/O error/i,
    ],
  },
  {
    code: 'disk-file-too-large',
    title: 'The filesystem does not hold files of this size',
    phase: 'models',
    tier: 'root',
    cause: 'FAT32 ends at 4 GB a file; a model is larger.',
    fixes: [
      fix(
        'Use a folder on ext4, xfs, NTFS or exFAT',
        'steadydancer run --set modelsDir=DIR',
        'move-models',
      ),
    ],
    source: 'errno 27 EFBIG',
    patterns: [/\bFile too large\b|EFBIG|os error 27/i],
  },
  {
    code: 'disk-full',
    title: 'The disk is full',
    phase: null,
    tier: 'root',
    cause: 'A write found no space left.',
    fixes: [fix('See the space', 'df -h'), usage, prune],
    source: 'errno 28 ENOSPC',
    patterns: [
      {
        line: /No space left on device|ENOSPC|not enough space on the disk|not enough (?:free )?disk space|insufficient disk space/i,
        confidence: 0.85,
        unless: /inotify|watchers/i,
      },
    ],
  },
];
