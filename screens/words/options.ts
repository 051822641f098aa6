/** Words of the pages that ask for a choice. */
export const options = {
  cannot: (what: string) => `${what}: not possible here.`,
  cost: (parts: string[]) => `With this: ${parts.join(', ')}`,
  toDownload: (size: string) => `${size} to download`,
  nothingToDownload: 'nothing to download',
  leftAtTheEnd: (place: string, left: string) => `at the lowest ${left} free on ${place}`,
  doesNotFit: (sentence: string) => sentence,
  planning: 'planning with this ...',
  recommended: (reason: string) => `recommended: ${reason}`,
  tab: 'Tab changes it',
  isRecommended: 'recommended',
  fits: 'fits',
  notSeen: 'fits, not yet seen running',
  tight: 'tight',
  no: (reason: string) => `no: ${reason}`,
  change: (what: string) => `Would change it: ${what}.`,
};

export const target = {
  place: 'Target',
  question: 'Where will it run?',
  noGpu: 'This computer has no NVIDIA GPU: SteadyDancer can be built here, not run here.',
  way: 'Where',
  gpu: 'Its GPU',
  here: 'this computer',
  ways: {
    local: { label: 'This computer', note: 'built, started and tested here' },
    runpod: { label: 'Runpod', note: 'built here, pushed, and started as a pod' },
    ssh: { label: 'A server with ssh', note: 'the wizard runs there and shows here' },
    file: { label: 'Another computer', note: 'built here, saved as a file' },
  },
  below: {
    local: 'Everything is done here, up to the test video.',
    runpod:
      'This builds the image for that GPU. Then: steadydancer push --to REGISTRY/NAME:TAG, and steadydancer deploy, which shows GPUs with their prices first; the models are fetched by the pod.',
    ssh: 'Leave with q, then: steadydancer --on user@host. It puts the wizard on the server and shows it here; nothing is downloaded to this computer. A run from here would end at once.',
    file: 'This builds the image for that GPU and saves it in the output folder, packed, with a profile. Over there: steadydancer run --image FILE. Models are fetched there.',
  },
  emulated: (arch: string) =>
    `Docker here is ${arch}: linux/amd64 is built by emulation, 2-4 times longer.`,
  memory: (size: string) => size,
  noneHere: 'there is no NVIDIA GPU here',
};

export const variant = {
  place: 'Variant',
  question: (video: string, memory: string | null) =>
    `Which weights?  ${video} of video memory${memory === null ? '' : `, ${memory} of memory`}`,
  weights: 'Weights',
  encoder: 'Text encoder',
  columns: {
    name: 'weights',
    download: 'download',
    video: 'video mem.',
    memory: 'memory',
    here: 'on this computer',
    there: 'there',
  },
  blocks: (count: number) => `${count} of the model's 40 blocks wait in memory`,
  encoders: {
    fp8: 'saves 4.6 GB of download, disk and memory',
    bf16: "as in the authors' workflow",
  },
  details: {
    sizes: 'Download: sizes from the list of model files (models.json), each with its source:',
    estimate: 'estimated',
    known: 'known',
    memory:
      'Video memory and memory are estimates: 40 blocks are 82 % of the weights (WanVideoWrapper #1272); about 16 GB of video memory with 20 of 40 swapped (its readme); under 10 GB with all 40 (#96); about 40 GB of memory with 24 blocks of fp16 swapped (#216).',
  },
};

export const attention = {
  place: 'Attention',
  question: 'Which attention back-end?',
  backEnd: 'Back-end',
  stack: 'Stack',
  fallback: 'If it cannot be built, the next one of this list is taken and the run says so.',
  details:
    'What has code for which GPU is in stacks.json, one row a set of versions that go together, each with its sources.',
};
