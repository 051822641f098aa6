import type { ReactNode } from 'react';
import type { RunDeps } from './deps.ts';
import type { KeyHint } from './kit/key-line.ts';
import type { Session } from './session.ts';
import type { Page, WizardState } from './wizard-state.ts';

/** What a page is drawn from. */
export type PageProps<At extends Page['at'] = Page['at']> = Drawing & {
  page: Extract<Page, { at: At }>;
};

interface Drawing {
  state: WizardState;
  session: Session;
  deps: RunDeps;
  /** To the next step of the way, or back to the review where one came from there. */
  next: () => void;
}

/** How a page plugs into the wizard: one file in pages/, one line in wizard.tsx. */
export interface PageOf<At extends Page['at']> {
  /** Gives the screen what it shows, and its keys what they do. */
  Screen: (props: PageProps<At>) => ReactNode;
  /** The keys that `?` tells of. */
  keys: readonly KeyHint[];
}
