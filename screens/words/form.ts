/** Words of the pages with fields. */
export const form = {
  leaveField: 'leave it as it was',
  next: 'Next',
  recommended: (value: string) => `${value}, recommended`,
};

export const folders = {
  place: 'Folders',
  question: 'Where do models and videos go?',
  placement: 'Models in',
  placements: {
    folder: 'a folder',
    volume: 'a Docker volume',
    baked: 'the image itself',
  },
  placementAbout: {
    folder: 'A folder of yours: other programs can use the files.',
    volume:
      "A volume in Docker's own disk: fastest to load there, and takes up the space that the build frees.",
    baked: 'Part of the image: one thing to move, about 30 GB larger; not for registries.',
  },
  models: 'Models folder',
  modelsAbout:
    'Files that are there already are used. A Windows drive (/mnt/d) is far slower to load from.',
  output: 'Videos folder',
  outputAbout: 'What ComfyUI renders; the container writes there as you.',
  input: 'Photos folder',
  inputAbout: 'Photos and clips that ComfyUI offers to load.',
};

export const settings = {
  place: 'Options',
  question: 'Options. Each has a value that works; change what you need.',
  port: 'Port',
  portAbout: 'Where ComfyUI answers on this computer.',
  listen: 'Reached from',
  here: 'this computer only',
  everywhere: 'your network',
  listenAbout: 'Your network: anyone in it could run programs on this computer; asked again by y.',
  mirrors: 'Mirrors',
  mirrorsAbout: 'Other places for what is downloaded; a page measures how fast each is here.',
  noMirrors: 'none: the origins',
  mirrorsSet: (kinds: string[]) => kinds.join(', '),
  proxy: 'Proxy',
  noProxy: 'none set (HTTPS_PROXY)',
  token: 'Token',
  tokenAbout:
    "A page of its own: where it comes from, and one to type. It raises the hub's limits.",
  tokens: {
    environment: 'from HF_TOKEN; not needed',
    file: "from the hub's own file; not needed",
    kept: 'the one that was kept; not needed',
    typed: 'typed here; not needed',
    none: 'none set, none needed',
    unknown: 'looking ...',
  },
  pose: 'Pose nodes',
  poses: { onnx: 'onnx', openmmlab: 'onnx and OpenMMLab' },
  poseAbout: 'OpenMMLab is built from source: 20-40 min more; the workflow does not need it.',
  blockSwap: 'Blocks in memory',
  blockSwapAbout: "0 to 40 of the model's blocks wait in memory: less video memory, slower.",
  extraNodes: 'Extra nodes',
  noNodes: 'none',
  extraNodesAbout: 'Node packs, each pinned: owner/repo@commit, several with commas between.',
  memoryLimit: 'Memory limit',
  memoryLimitAuto: (size: string) => `${size}, below what this computer has`,
  memoryLimitNone: 'set where it runs',
  memoryLimitAbout: 'GB that the container may use; empty is what suits this computer.',
  memoryWrong: 'A number of GB above 0, or nothing.',
  width: 'Test width',
  height: 'Test height',
  frames: 'Test frames',
  smokeAbout: 'The test video: small is enough to prove the whole way.',
  timeout: 'Build limit',
  timeoutAbout: 'Minutes that the phases of the build may take together; downloads do not count.',
  minutes: (count: number) => `${count} min`,
  fallback: 'If a part fails',
  fallbacks: { auto: 'take the next best, say so', ask: 'ask me', never: 'stop' },
  fallbackAbout: 'For attention back-ends: flash-attn, else xformers, else sdpa.',
};

export const mirrors = {
  title: 'Mirrors',
  question: 'What is fetched from where. m measures for about 5 s: real bytes, nothing is kept.',
  columns: { kind: 'for', name: 'place', speed: 'speed' },
  kinds: {
    base: 'base image',
    apt: 'Debian packages',
    pip: 'Python packages',
    torch: 'torch',
    release: 'ready-made wheels',
    hub: 'models',
    git: 'ComfyUI and nodes',
  },
  measuring: 'measuring, about 5 s ...',
  notYet: 'not measured yet',
  inUse: 'in use',
  answers: (ms: number) => `answers in ${ms} ms`,
  none: (why: string) => `nothing came: ${why}`,
  taken: (count: number) => `${count} ${count === 1 ? 'mirror is' : 'mirrors are'} used now.`,
  originsUsed: 'The origins are used now.',
  originFastest: 'The origins are the fastest here: no mirror is used.',
};

export const expose = {
  title: 'Reached from your network',
  question: (listen: string, port: number) =>
    `Publish ComfyUI on ${listen}:${port}, beyond this computer?`,
  risk: 'ComfyUI asks nobody for a password: anyone in your network can run programs on this computer, as the container may.',
  undo: 'Undone on the same page, or by a run without it.',
  yes: 'publish it there',
};

export const save = {
  title: 'Save as a profile',
  question: 'Under which name? The next time it is one key, or:',
  name: 'Name',
  wrong: 'a-z, 0-9, dot, dash and underscore, at most 63 signs',
  replaces: (name: string) => `Your profile ${name} is replaced.`,
  shadows: (name: string) => `It is used instead of the shipped ${name}.`,
  saved: (name: string) => `Saved as ${name}.`,
};

export const image = {
  title: 'Use a ready image',
  question: 'Which image? It is pulled where it is not there; nothing is built.',
  name: 'Image',
  about: 'registry/name:tag, or a file that docker save wrote.',
  wrong: 'an image is named as registry/name:tag or a file',
  empty: 'Name an image first.',
};

export const doctor = {
  title: 'Check this computer',
  looking: 'Looking; nothing is changed. The network takes about 5 s.',
  more: (count: number) => `${count} more rows: Down`,
  again: 'check again',
  tally: (ok: number, warn: number, fail: number, skip: number) =>
    `${fail} failed, ${warn} to know, ${ok} ok, ${skip} skipped.`,
};
