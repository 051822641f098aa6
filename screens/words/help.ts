import { pairs } from './pairs.ts';

export const help = {
  title: 'Keys on this page',
  close: 'any key closes this',
  everywhere: pairs([
    ['?', 'this page'],
    ['q', 'leave; while a run goes on it asks first'],
    ['Ctrl-C', 'as q; a second time forces the end of the run'],
  ]),
};
