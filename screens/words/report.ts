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
  disk: 'Disk',
  videos: 'Videos',
  next: 'Next',
  open: 'ComfyUI in the browser',
  tomorrow: `tomorrow: ${own('start')}`,
  stopping: 'Stopping ComfyUI ...',
  stopped: 'ComfyUI is stopped.',
  thereAfter: 'then, there:',
  containerStopped: `ComfyUI is stopped; its container is kept: ${own('start')}`,
  opened: (url: string) => `Opened in the browser: ${url}`,
  notOpened: (url: string) => `No browser starts here; the address is ${url}`,
  forward: 'From your own computer:',
  lowest: (place: string, free: string) => `${place}: ${free} free at the lowest`,
};
