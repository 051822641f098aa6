/**
 * Lines that look like a failure and are none, from pip, apt, dpkg, debconf, git, cmake, autoconf,
 * pytest, perl, sudo, docker compose, ComfyUI-Manager and Python's warnings. A line that matches is
 * read by no pattern. Each was seen in a log that ended well.
 */
const noise = [
  // Lists of files and packages: names may hold any word.
  /^(?:Selecting|Preparing to|Unpacking|Get:\d|Hit:\d|Ign:\d|Setting up|Processing triggers) /,
  /^ *(?:inflating|extracting|creating|copying|adding|removing|Collecting|Using cached|Requirement already satisfied)[: ]/,
  /^(?:Suggested|Recommended) packages:/,
  /^-rw|^drwx/,
  // pip, uv
  /Running pip as the 'root' user can result in broken permissions/,
  /pip's dependency resolver does not currently take into account/,
  /^\S+ \S+ requires \S+, (?:which is not installed|but you have \S+ .* which is incompatible)\.?$/,
  /Cache entry deserialization failed, entry ignored/,
  /WARNING: (?:Ignoring invalid distribution|The scripts? .* (?:is|are) installed in|Target directory .* already exists|You are using pip version|Value for |Skipping |Retrying was)/,
  /Failed to (?:hardlink|clone) files; falling back to full copy/,
  /DEPRECATION: /,
  // apt, dpkg, debconf, services
  /apt does not have a stable CLI interface/,
  /debconf: (?:unable to initialize frontend|delaying package|falling back|\()/,
  /dpkg-preconfigure: unable to re-open stdin/,
  /invoke-rc\.d: |policy-rc\.d|update-alternatives: warning/,
  /Key is stored in legacy trusted\.gpg keyring/,
  /Not creating device nodes|update-rc\.d: warning/,
  /(?:rm|rmdir): cannot remove .*(?:ignored)/,
  // shells, sudo, perl, locales
  /sudo: unable to resolve host/,
  /^bash: (?:cannot set terminal process group|no job control in this shell)/,
  /perl: warning: (?:Setting locale failed|Please check|Falling back)/,
  /locale: Cannot set LC_|setlocale: LC_ALL: cannot change locale/,
  // git
  /You are in 'detached HEAD' state|^hint: /,
  /fatal: (?:not a git repository|No names found, cannot describe|no tag exactly matches)/,
  // build systems looking around
  /^-- (?:Could NOT find|Looking for|Performing Test|Check for|Found|Detecting) ?/,
  /^checking (?:for|whether|if|how) /,
  // warnings of languages and frameworks
  /(?:Deprecation|Future|User|Runtime|Resource|Syntax|PendingDeprecation|Import)Warning\b(?!.*(?:CUDA|NVIDIA|driver|CUDAExecutionProvider))/,
  /npm (?:WARN|warn|notice)/,
  /^\s*warnings\.warn\(/,
  /Unable to register cu(?:FFT|DNN|BLAS) factory|TF-TRT Warning|computation placer already registered/,
  // a traceback quotes source, which is no outcome
  /^\s+raise \w/,
  // tests
  /(?:\bPASSED\b|\.\.\. ok$|^ok \d+ |^\s*✓ |^=+ .*\d+ passed)/,
  // compose, docker
  /variable is not set\. Defaulting to a blank string/,
  /the attribute `version` is obsolete/,
  /legacy builder is deprecated/,
  /No output specified with docker-container driver/,
  // ComfyUI on the way up
  /FETCH (?:DATA|ComfyRegistry)|ComfyUI-Manager.*(?:network mode|cache|update)/,
  /Unsupported Pytorch detected\. DynamicVRAM/,
  /retrying with tiled VAE/,
  /(?:comfyui-workflow-templates|comfyui-embedded-docs).*not (?:installed|found)/,
  /Failed to find (?:comfy-kitchen|xformers|flash)|xformers not available|No module named '?(?:xformers|triton)'?.*(?:optional|ignored)/i,
  /\b(?:test|tests|spec)_[a-z_]+\.py\b.*\b(?:ok|passed)\b/i,
];

const joined = new RegExp(noise.map((pattern) => `(?:${pattern.source})`).join('|'));

export function isNoise(text: string): boolean {
  return joined.test(text);
}
