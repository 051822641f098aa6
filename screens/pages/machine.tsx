import { MachineScreen, machineKeys } from '../machine.tsx';
import type { PageOf } from '../page.ts';
import { missingEngine } from '../state/look.ts';

export const machinePage: PageOf<'machine'> = {
  keys: machineKeys,
  Screen: ({ state, session, next }) => (
    <MachineScreen
      seen={state.seen}
      planned={state.planned}
      problem={state.problem}
      goOn={state.goOn}
      engine={missingEngine(state)}
      onEnter={() => session.planning.goOn()}
      onSteps={state.planned && state.complete ? next : null}
      onDetails={() => session.open({ at: 'doctor' })}
      onBack={() => session.back()}
      onAgain={() => void session.planning.look()}
    />
  ),
};
