import { own } from '../own.ts';

export const leave = {
  failed: 'Log of the run:',
  goesOn: 'The run goes on in the background.',
  attach: (run: string) => own(`attach ${run}`),
  container: (name: string) => `Container ${name} runs.`,
  stop: own('stop'),
  nothing: 'Nothing was started or changed.',
  again: own(),
};
