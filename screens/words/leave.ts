import { own } from '../own.ts';

export const leave = {
  failed: 'Log of the run:',
  goesOn: 'The run goes on in the background.',
  attach: (run: string) => own(`attach ${run}`),
  container: (name: string) => `ComfyUI goes on running in container ${name}. To stop it:`,
  stop: own('stop'),
  done: (what: string) => `Done: ${what}.`,
  saved: (name: string) => `Profile ${name} is saved: ${own(`run --profile ${name}`)}`,
  nothing: 'Nothing was started or changed.',
  again: own(),
};
