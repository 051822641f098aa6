import { own } from '../own.ts';

export const report = {
  ready: (time: string) => `READY in ${time}`,
  runsAt: (recipe: string | undefined) =>
    `${recipe === 'rehearsal' ? 'The stand-in for ComfyUI' : 'ComfyUI'} runs at`,
  image: 'Image',
  took: 'Took',
  asAsked: 'As asked',
  nothingReplaced: 'nothing replaced',
  instead: 'Instead',
  replaced: (what: string, to: string, from: string, why: string) =>
    `${what}: ${to} for ${from}.${why === '' ? '' : ` ${why}`}`,
  memory: 'Video memory',
  clip: 'A 5 s clip',
  clipTakes: (takes: string, size: string, by: string) => `${takes} at ${size} (${by})`,
  disk: 'Disk',
  free: (name: string, free: string, planned: string | null, lowest: string | null) =>
    [
      `${name.endsWith(':') ? name : `${name}:`} ${free} free`,
      ...(planned === null ? [] : [`planned ${planned}`]),
      ...(lowest === null ? [] : [`at the lowest ${lowest}`]),
    ].join(', '),
  frame: 'First frame',
  frameIn: (file: string) => `not drawn here: ${file}`,
  framed: 'first frame',
  videos: 'Videos',
  imageFile: 'Image file',
  next: 'Next',
  openKey: 'o  ComfyUI in the browser',
  openWorkflow: 'o  ComfyUI in the browser: open Workflows > steadydancer-dance',
  dance: `your own: ${own('dance photo.jpg clip.mp4')}`,
  goesOn: `Enter leaves it running: ${own('stop')} ends it`,
  tomorrow: `tomorrow: ${own('start')}`,
  carry: (name: string) => `carry both files; there: steadydancer profiles import ${name}.json`,
  stopping: 'Stopping ComfyUI ...',
  stopped: 'ComfyUI is stopped.',
  thereAfter: 'then, there:',
  containerStopped: `ComfyUI is stopped; its container is kept: ${own('start')}`,
  opened: (url: string) => `Opened in the browser: ${url}`,
  notOpened: (url: string) => `No browser starts here; the address is ${url}`,
  copied: (url: string) =>
    `Copied: ${url}. Where the terminal does not take it, select it with the mouse.`,
  forward: 'From your own computer:',
  keys: { open: 'open', save: 'save profile', copy: 'copy address' },
};
