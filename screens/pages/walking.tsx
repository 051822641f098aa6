import type { PageOf } from '../page.ts';
import { WalkingScreen, walkingKeys } from '../walking.tsx';

export const walkingPage: PageOf<'walking'> = {
  keys: walkingKeys,
  Screen: ({ page, state, deps }) => (
    <WalkingScreen road={page.road} lines={state.roadLines} clock={deps.clock} />
  ),
};
