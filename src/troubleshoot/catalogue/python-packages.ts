import type { FailureClass } from '../types.ts';
import { fix } from './define.ts';

/** Finding and fetching Python packages. Wordings: pip 20-26, uv 0.4-0.9, setuptools. */
export const pythonPackages: FailureClass[] = [
  {
    code: 'python-no-distribution',
    title: 'A Python package does not exist in this version',
    phase: 'dependencies',
    tier: 'effect',
    cause: 'The index has no such package or version, or none for this Python and platform.',
    detail: 'Asked for {1}.',
    fixes: [
      fix('See which versions there are', 'pip index versions {1|NAME}'),
      fix('Check the name, the version and the index'),
    ],
    source: 'pip resolution/; uv resolver',
    patterns: [
      /Could not find a version that satisfies the requirement (\S+)/,
      /No matching distribution found for (\S+)/,
      { line: /No solution found when resolving/i, confidence: 0.85 },
      {
        line: /[Bb]ecause (\S+) was not found in the (?:package registry|provided package locations|cache)/,
        confidence: 0.97,
      },
      { line: /[Bb]ecause (?:there (?:is|are) no versions? of|only) (\S+)/, confidence: 0.97 },
      /(\S+) was not found in the package registry/,
    ],
  },
  {
    code: 'python-conflict',
    title: 'Python packages ask for versions that exclude each other',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'Two packages need different versions of a third.',
    fixes: [
      fix('Loosen or remove one of the pins'),
      fix('Install the packs one by one to see which it is'),
    ],
    source: 'pip resolution/resolvelib; uv resolver',
    explains: ['python-no-distribution'],
    patterns: [
      { line: /ResolutionImpossible/, confidence: 0.95 },
      {
        line: /Cannot install .* because these package versions have conflicting dependencies/,
        confidence: 0.95,
      },
      { line: /The conflict is caused by:/, confidence: 0.9 },
      {
        line: /we can conclude that .*(?:are|is) incompatible|your requirements are unsatisfiable/,
        near: /[Bb]ecause \S+ (?:depends on|and|==|>|<)|you require/,
        notNear:
          /(?:was not found in the (?:package registry|provided)|there (?:is|are) no versions? of|has no usable wheels|(?<![-\w])Python[<>=]|no wheels? with a matching|requires-python|current Python version)/i,
        confidence: 0.95,
      },
    ],
  },
  {
    code: 'python-version-unsupported',
    title: 'A package does not support this Python',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The Python in the image is too old or too new for the package.',
    fixes: [fix('Use the Python of the stack (3.10-3.12)', 'steadydancer run --set stack=auto')],
    source: 'pip, uv, setuptools: Requires-Python',
    explains: ['python-no-distribution', 'python-conflict', 'python-wheel-build-failed'],
    patterns: [
      {
        line: /Ignored the following versions that require a different python version/i,
        confidence: 0.96,
      },
      { line: /requires a different Python: /i, confidence: 0.96 },
      { line: /the current Python version \([\d.]+\w*\) does not satisfy/i, confidence: 0.96 },
      { line: /the requested Python version .* does not satisfy/i, confidence: 0.96 },
      {
        line: /requires Python ['"]?[<>=~!]{1,2} ?[\d.]+.*(?:but|running|current)|Python [<>=]+ ?[\d.]+ is required|This version of \S+ requires Python/i,
      },
      { line: /Requires-Python [<>=!\d.,*]+; .*(?:incompatible|not compatible)/i },
      {
        line: /no wheels with a matching Python (?:ABI|implementation|version) tag/i,
        confidence: 0.96,
      },
      { line: /^\s*(?:Sorry, )?[Pp]ython [\d.]+ (?:is )?not supported/ },
      { line: /only versions >=[\d.]+,<[\d.]+ are supported/ },
    ],
  },
  {
    code: 'python-wheel-platform',
    title: 'A wheel is made for another Python or platform',
    phase: 'dependencies',
    tier: 'specific',
    cause:
      'The file name of a wheel says for which Python, processor and system it is; this one is for others.',
    detail: 'The wheel is {1}.',
    fixes: [
      fix('Take the wheel whose name has this Python (cp311) and platform (linux_x86_64)'),
      fix('See what fits', 'pip debug --verbose'),
    ],
    source: 'PEP 425; pip, uv',
    explains: ['python-no-distribution', 'python-conflict'],
    patterns: [
      /(\S+\.whl) is not a supported wheel on this platform/,
      /URL dependency is incompatible with the current platform|is incompatible with the current platform/,
      {
        line: /no wheels? with a matching platform tag|has no usable wheels|only has wheels (?:for|with) the following platforms?|doesn't have a source distribution or wheel for the current platform|does not have (?:a )?wheels? (?:for|compatible with)/i,
        confidence: 0.96,
      },
      /wheel .* is not compatible with (?:this|the current) (?:Python|platform)/i,
    ],
  },
  {
    code: 'python-hash-mismatch',
    title: 'A package is not the file that the lock names',
    phase: 'dependencies',
    tier: 'root',
    cause:
      'The downloaded file has another hash: a mirror or proxy gave something else, or the file was replaced.',
    fixes: [
      fix('Run again without the mirror'),
      fix('Or make the lock anew, when you trust the new file'),
    ],
    source: 'pip utils/hashes.py; uv hash.rs',
    patterns: [
      { line: /THESE PACKAGES DO NOT MATCH THE HASHES/i, confidence: 0.95 },
      { line: /Hash mismatch for/i, confidence: 0.95 },
      /Hashes are required in --require-hashes mode|all requirements must have their versions pinned with/i,
      { line: /Expected sha256 \w+/i, confidence: 0.9 },
    ],
  },
  {
    code: 'python-externally-managed',
    title: 'This system does not let pip install into it',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'Debian and Ubuntu protect the Python of the system (PEP 668).',
    fixes: [
      fix('Use a virtual environment', 'python3 -m venv /opt/venv'),
      fix('In an image only', 'pip install --break-system-packages ...'),
    ],
    source: 'PEP 668; pip, uv',
    patterns: [
      /externally[- ]managed[- ]environment/i,
      /interpreter at \S+ is externally managed/i,
    ],
  },
  {
    code: 'python-pip-missing',
    title: 'pip is not there',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The Python in the image or environment has no pip.',
    fixes: [
      fix('Debian and Ubuntu', 'apt-get install -y python3-pip python3-venv'),
      fix('In an environment', 'python -m ensurepip'),
    ],
    source: 'CPython, bash, dash',
    explains: ['command-missing', 'python-module-missing'],
    patterns: [
      {
        line: /No module named '?pip'?(?:\b|$)/,
        notNear: /(?:chumpy|Getting requirements to build|build_wheel|egg_info)/i,
      },
      /\bpip3?: (?:command )?not found/,
      /(?:because )?ensurepip is (?:not|disabled)/i,
    ],
  },
  {
    code: 'python-requirements-missing',
    title: 'The requirements file is not there',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'pip was given a file that does not exist at that place.',
    fixes: [fix('Check COPY and WORKDIR before this step')],
    source: 'pip req/req_file.py; uv',
    patterns: [
      /Could not open requirements file/i,
      /File not found: `?[^`]*requirements[^`]*\.(?:txt|in)/i,
      /does not appear to be a Python project/i,
      /neither 'setup\.py' nor 'pyproject\.toml' found/i,
    ],
  },
  {
    code: 'python-requirement-invalid',
    title: 'A requirement is not written as pip reads it',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The name or version of a package has a form that is not allowed.',
    detail: 'It is {1}.',
    fixes: [fix('Correct the line in the requirements file')],
    source: 'pip, uv, packaging',
    patterns: [
      /Invalid requirement: '?([^']+)/,
      /Invalid version: '([^']+)'/,
      /Couldn't parse requirement in|Failed to parse: `([^`]+)`/,
    ],
  },
  {
    code: 'python-cache-damaged',
    title: 'A downloaded package is damaged',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The file is no zip archive: a download broke off, or a proxy answered with a page.',
    fixes: [fix('Empty the cache and run again', 'pip cache purge')],
    source: 'zipfile, pip, uv',
    patterns: [
      /BadZipFile|File is not a zip file/,
      /has an invalid wheel|Wheel '?\S+'? located at \S+ is invalid/,
      /Failed to (?:read|extract|unzip).*(?:invalid zip|Invalid gzip|unexpected end|archive)/i,
      /not a gzip file|zlib\.error|lzma\.LZMAError|EOFError: Compressed file ended/,
    ],
  },
  {
    code: 'python-install-permission',
    title: 'pip may not write there',
    phase: 'dependencies',
    tier: 'specific',
    cause: 'The folder for packages belongs to another user.',
    fixes: [fix('Install as the owner, or into a virtual environment', 'python3 -m venv .venv')],
    source: 'pip, uv',
    explains: ['files-not-writable'],
    patterns: [
      /Could not install packages due to an (?:OSError|EnvironmentError).*Permission denied/i,
      /(?:failed to (?:create|remove|open|copy|hardlink|rename)|Failed to install).*(?:site-packages|\/venv|\.venv|\/cache\/uv).*Permission denied/i,
      { line: /Permission denied.*(?:site-packages|dist-packages)/i },
    ],
  },
];
