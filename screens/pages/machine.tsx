import { MachineScreen, machineKeys } from '../machine.tsx';
import type { PageOf } from '../page.ts';
import { missingEngine } from '../state/look.ts';

export const machinePage: PageOf<'machine'> = {
  keys: machineKeys,
  Screen: ({ state, session }) => (
    <MachineScreen
      seen={state.seen}
      planned={state.planned}
      problem={state.problem}
      goOn={state.goOn}
      engine={missingEngine(state)}
      onEnter={() => session.planning.goOn()}
      onAgain={() => void session.planning.look()}
    />
  ),
};
