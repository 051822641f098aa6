import { own } from '../own.ts';
import { pairs } from './pairs.ts';

export const welcome = {
  first: 'first run on this computer',
  lastOk: (what: string, when: string) => `${what}, last test ok ${when}`,
  lastFailed: (what: string, when: string) => `${what}, failed ${when}`,
  lastCut: (what: string, when: string) => `${what}, cut off ${when}`,
  rehearsed: (when: string) => `rehearsed ${when}`,
  goesOn: (id: string) => `run ${id} goes on`,
  pod: (id: string) => `Runpod pod ${id}`,
  noProfile: 'no profile',
  what: 'Makes the person in a photo dance like the person in a clip. It runs in ComfyUI, in a container on this computer. This wizard builds it, tests it, and says what went wrong if something does.',
  stopped: 'ComfyUI is stopped.',
  running: (url: string) => `ComfyUI runs at ${url}`,
  waking: (time: string) => `Starting ComfyUI, ${time}: waits for its ready line.`,
  gone: 'The container of the last run is gone; its image and models may still be there.',
  noGpu: 'This computer has no NVIDIA GPU: SteadyDancer can be built here, not run here.',
  inPod:
    'You are inside a Runpod pod. A pod is itself a container: Docker cannot run in it, and installing it here would not help.',
  failed: 'The last run failed:',
  cut: 'The last run was cut off before its end. What it finished is kept.',
  rows: { gpu: 'GPU', driver: 'Driver', docker: 'Docker', disk: 'Disk', network: 'Network' },
  noGpuRow: 'none from NVIDIA',
  noDriver: 'its driver does not see it',
  gpuFree: (name: string, memory: string, free: string | null) =>
    `${name}, ${memory}${free === null ? '' : ` (${free} free)`}`,
  more: (count: number) => ` and ${count} more`,
  driverNew: (now: string, then: string) => `${now}, at the last test ${then}: worth a test`,
  docker: (system: string, version: string) => `${system}, Engine ${version}, running`,
  dockerRemote: (url: string) => `on another machine: ${url}`,
  diskFree: (path: string, free: string, total: string | null) =>
    `${path}: ${free} free${total === null ? '' : ` of ${total}`}`,
  diskUnseen: 'its free space could not be seen',
  measuring: 'measuring, about 3 s ...',
  hub: (rate: string) => `Hugging Face ${rate}`,
  noHub: 'no answer from Hugging Face: models cannot be fetched now',
  afterDocker: 'when Docker has answered ...',
  nothing:
    'Nothing is downloaded, built or changed before the review page. No account and no token needed: all model files are public.',
  nothingGated:
    'Nothing is downloaded, built or changed before the review page. Some model files need an account and a token.',
  items: {
    setUp: 'Set up SteadyDancer',
    setUpCost: (time: string, size: string) => `${time}, ${size} to download`,
    setUpShort: 'builds, fetches the models, tests',
    goOn: 'Continue the run',
    goOnFailed: 'what is done is not done again',
    watch: 'Watch the run that goes on',
    watchNote: 'and answer what it asks',
    start: 'Start ComfyUI',
    startNote: 'builds and tests nothing',
    open: 'Open ComfyUI',
    test: 'Start and test',
    testNote: 'renders the test video again, after a review',
    testDriver: 'worth it once, the driver is new',
    change: 'Change something',
    changeNote: 'weights, attention, folders, port ...',
    rehearse: 'Rehearse only',
    rehearseNote: '1 min: tests Docker, GPU, port and folders',
    rehearseNoGpu: '1 min: tests Docker, port and folders',
    image: 'Use a ready image',
    imageNote: 'no build: an image that you name',
    elsewhere: 'Build for another machine',
    elsewhereNote: 'Runpod, a server, another computer',
    broken: 'Something failed',
    brokenNote: 'reads a log, names the cause, offers a fix',
    check: 'Check this computer',
    checkNote: 'all checks of it, a few seconds',
    profiles: 'Profiles',
    profilesNote: 'yours, and those that come with it',
    clean: 'Clean up',
    cleanNote: 'shows the list first',
    models: 'Fetch the models',
    modelsNote: 'into /workspace or a folder that you name',
    smoke: 'Test a ComfyUI',
    smokeNote: 'one that answers already',
  },
  yours:
    'To get the SteadyDancer image onto Runpod, run the wizard on your own computer (Docker is needed there, a GPU is not) and choose `Build for another machine`.',
};

/** What is done by commands today: a title, a sentence, and complete commands. */
export const byCommand = {
  title: {
    models: 'Fetch the models',
    smoke: 'Test a ComfyUI',
  },
  leave: 'In another terminal, or here after q:',
  models: pairs([
    [own('models pull'), 'fetches and verifies the models'],
    [own('models list'), 'shows which are there'],
  ]),
  smoke: pairs([
    [own('smoke --url http://127.0.0.1:8188'), 'tests it level by level, renders a video'],
  ]),
};
