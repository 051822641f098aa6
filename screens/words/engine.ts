import { own } from '../own.ts';
import { pairs } from './pairs.ts';

export const engine = {
  roads: 'What to do?',
  again: 'Check again',
  againNote: 'done by yourself',
  commands: 'Commands, after a page that asks for root rights:',
  commandsHere: 'Commands:',
  byYou: 'In another terminal:',
  noRoot: 'Nothing was changed: there are no root rights here without sudo and its password.',
  underGroup: 'The wizard starts again as a member of group docker.',
  pod: (id: string) => `Runpod pod ${id}`,
  elsewhere: {
    here: 'Here, without Docker',
    commands: pairs([
      [own('models pull'), 'fetches and verifies the models'],
      [own('smoke --url http://127.0.0.1:8188'), 'tests a ComfyUI'],
      [own('diagnose FILE'), 'reads a log, names the cause'],
    ]),
    onYours:
      'To get the SteadyDancer image onto Runpod, run on your own computer (Docker is needed there, a GPU is not):',
    whatItDoes:
      'It builds for the GPU you choose and pushes to your registry, for a pod that starts from it.',
  },
};

export const root = {
  commands: 'With root rights, in this order:',
  yes: 'do it as root',
  undo: 'Undone by:',
  more: (count: number) => `${count} more rows: Down`,
};

export const walking = {
  whole: 'A package that is being installed is not cut off: this ends by itself.',
};
