import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** System packages. Wordings: apt-pkg, dpkg, apk-tools, dnf. */
export const apt: FailureClass[] = [
  {
    code: 'apt-package-missing',
    title: 'A system package does not exist under this name',
    phase: 'dependencies',
    tier: 'effect',
    cause:
      'The lists have no such package: they were not fetched, or this release names it otherwise.',
    detail: 'The package is {1}.',
    fixes: [
      fix('Fetch the lists in the same step', 'apt-get update && apt-get install -y {1|NAME}'),
      fix('Ubuntu 24.04: libgl1-mesa-glx is libgl1'),
    ],
    source: 'apt-pkg; apk-tools; dnf',
    patterns: [
      { line: /Unable to locate package (\S+)/, confidence: 0.95 },
      { line: /Package '?([^\s']+)'? has no installation candidate/, confidence: 0.95 },
      /Couldn't find any package by (?:glob|regex) '([^']+)'/,
      /Version '\S+' for '(\S+)' was not found/,
      /No match for argument: (\S+)|Unable to find a match: (\S+)|No package (\S+) available/,
      /^\s+(\S+) \(no such package\)/,
    ],
  },
  {
    code: 'apt-release-gone',
    title: 'The package source no longer has this release',
    phase: 'dependencies',
    tier: 'root',
    cause: 'The release is too old and was moved to an archive, or the address is wrong.',
    fixes: [fix('Use a base image of a supported release (Ubuntu 22.04 or 24.04)')],
    source: 'apt-pkg acquire-item',
    explains: ['apt-package-missing', 'apt-index-stale'],
    patterns: [
      /The repository '[^']*' (?:does not have|no longer has) a Release file/,
      {
        line: /404 {1,2}Not Found/,
        near: /(?:does not have a Release file|dists\/\S+\/(?:Release|InRelease))/,
      },
      /Cannot find a valid baseurl for repo/,
      /Failed to download metadata for repo/,
    ],
  },
  {
    code: 'apt-index-stale',
    title: 'The package lists are older than the server',
    phase: 'dependencies',
    tier: 'root',
    cause: 'The lists name files that the server has replaced: they came from a cached step.',
    fixes: [
      fix('Put update and install into one RUN', 'apt-get update && apt-get install -y {1|NAME}'),
      fix('Build once without cache', 'steadydancer run --no-cache', 'no-cache'),
    ],
    source: 'apt-pkg acquire',
    explains: ['apt-package-missing'],
    patterns: [
      { line: /Failed to fetch \S+\.deb.*404/i, confidence: 0.95 },
      {
        line: /maybe run apt-get update or try with --fix-missing/i,
        near: /404/,
        notNear:
          /Temporary failure|Connection (?:refused|timed)|Could not (?:resolve|connect)|Hash Sum|502|503/i,
        confidence: 0.85,
      },
    ],
  },
  {
    code: 'apt-signature',
    title: 'A package source is not signed with a known key',
    phase: 'dependencies',
    tier: 'root',
    cause: 'The key is missing, has been replaced or has expired (NVIDIA replaced theirs in 2022).',
    detail: 'The key is {1}.',
    fixes: [
      fix(
        'NVIDIA: install the new key',
        'apt-key del 7fa2af80 && curl -fsSLO https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb && dpkg -i cuda-keyring_1.1-1_all.deb',
      ),
    ],
    source: 'apt-pkg gpgv; NVIDIA/nvidia-docker#1631',
    explains: ['apt-package-missing'],
    patterns: [
      /NO_PUBKEY (\w+)/,
      /(?:EXPKEYSIG|REVKEYSIG|BADSIG|KEYEXPIRED) (\w+)/,
      /public key is not available|signatures? (?:couldn't|could not|can't) be verified|At least one invalid signature was encountered/i,
      /The repository '[^']*' is not signed/,
      /OpenPGP signature verification failed/i,
      /GPG check FAILED|NOKEY/,
    ],
  },
  {
    code: 'apt-sources-conflict',
    title: 'Two package sources contradict each other',
    phase: 'prepare',
    tier: 'root',
    cause: 'The same source is listed twice with different keys or forms.',
    fixes: [
      fix(
        'Remove the older file',
        'sudo rm /etc/apt/sources.list.d/nvidia-docker.list /etc/apt/sources.list.d/libnvidia-container.list',
      ),
    ],
    source: 'facts docker-gpu 3; apt-pkg',
    patterns: [
      /Conflicting values set for option (?:Signed-By|Trusted)/,
      /Malformed (?:entry|line|stanza) \d+ in /,
      /The list of sources could not be read/,
    ],
  },
  {
    code: 'apt-hash-mismatch',
    title: 'A system package arrived damaged',
    phase: 'dependencies',
    tier: 'root',
    cause: 'A mirror or proxy gave another file than the list names, or was just being renewed.',
    fixes: [
      fix('Run again in a few minutes', 'steadydancer run', 'retry'),
      fix('Use another mirror', 'steadydancer run --set mirrors.apt=URL'),
    ],
    source: 'apt-pkg acquire',
    patterns: [/Hash Sum mismatch/i, /File has unexpected size \(\d+ != \d+\)/i],
  },
  {
    code: 'apt-locked',
    title: 'Another program is installing packages',
    phase: 'prepare',
    tier: 'root',
    cause: 'apt or dpkg is at work already, often the automatic updates after a start.',
    fixes: [fix('Who is it?', 'sudo lsof /var/lib/dpkg/lock-frontend'), fix('Wait a few minutes')],
    source: 'apt-pkg, dpkg',
    patterns: [
      {
        line: /Could not get lock |Unable to acquire the dpkg frontend lock|Unable to lock (?:directory|the administration directory)|dpkg status database is locked/i,
        notNear: /are you root|Permission denied/i,
      },
    ],
  },
  {
    code: 'apt-not-root',
    title: 'Installing packages needs root',
    phase: 'prepare',
    tier: 'root',
    cause: 'The step runs as another user.',
    fixes: [
      fix('On a machine', 'sudo apt-get install NAME'),
      fix('In a Dockerfile: USER root before the step'),
    ],
    source: 'apt-pkg, dpkg',
    explains: ['apt-locked', 'files-not-writable'],
    patterns: [
      /are you root\?/i,
      /requested operation requires superuser privilege/i,
      /List directory \/var\/lib\/apt\/lists\/partial is missing.*Permission denied/i,
      { line: /\/var\/(?:lib\/(?:apt|dpkg)|cache\/apt)\S* .*Permission denied/i },
    ],
  },
  {
    code: 'apt-interrupted',
    title: 'An earlier installation was interrupted',
    phase: 'prepare',
    tier: 'root',
    cause: 'dpkg has packages that are unpacked but not set up.',
    fixes: [fix('Finish it', 'sudo dpkg --configure -a')],
    source: 'apt-pkg, dpkg',
    patterns: [/dpkg was interrupted, you must manually run/i],
  },
  {
    code: 'apt-dependencies',
    title: 'System packages exclude each other',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'A package needs a version that this release or its sources do not have.',
    fixes: [
      fix('Repair', 'sudo apt-get --fix-broken install'),
      fix('Are sources of another release listed?', 'grep -r . /etc/apt/sources.list.d'),
    ],
    source: 'apt-pkg',
    explains: ['apt-package-missing'],
    patterns: [
      /The following packages have unmet dependencies|you have held broken packages|Unmet dependencies\. Try/i,
      /unable to select packages:/,
      /Problem: (?:package|conflicting requests|cannot install)/,
    ],
  },
  {
    code: 'apt-dpkg-failed',
    title: 'A system package could not be set up',
    phase: 'dependencies',
    tier: 'effect',
    cause: 'The set-up script of a package ended with an error.',
    detail: 'The package is {1}.',
    fixes: [fix('Read the lines above it')],
    source: 'dpkg',
    patterns: [
      /dpkg: error processing (?:package|archive) (\S+)/,
      /Sub-process \/usr\/bin\/dpkg returned an error code/,
    ],
  },
];
