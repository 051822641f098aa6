import { EngineScreen, engineKeys } from '../engine.tsx';
import type { PageOf } from '../page.ts';
import { missingEngine } from '../state/look.ts';

export const enginePage: PageOf<'engine'> = {
  keys: engineKeys,
  Screen: ({ state, session }) => {
    const engine = missingEngine(state);
    const { host } = state.seen.machine;
    if (!engine || !host) return null;
    return (
      <EngineScreen
        host={host}
        engine={engine}
        problem={state.problem}
        onRoad={(road) => session.roads.choose(road)}
        onAgain={() => session.planning.lookAgain()}
        onBack={() => session.back()}
      />
    );
  },
};
