import type { PageOf } from '../page.ts';
import { RootScreen, rootKeys } from '../root-rights.tsx';

export const rootPage: PageOf<'root'> = {
  keys: rootKeys,
  Screen: ({ page, session }) => (
    <RootScreen
      road={page.road}
      onYes={() => void session.roads.walk(page.road)}
      onBack={() => session.back()}
    />
  ),
};
