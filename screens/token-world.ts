import type { TokenKeeper } from '../src/models/kept-token.ts';
import type { TokenFrom } from './deps.ts';

export interface TokenSeen {
  from: TokenFrom;
  /** Where one was kept; null where none was. */
  keptIn: TokenKeeper | null;
  /** Our own file. */
  path: string;
}

/** What the page of the hub's token needs of the world. A token goes in and never comes out. */
export interface TokenWorld {
  look(): TokenSeen;
  /** For runs that are started from here, until the wizard is left. */
  use(token: string): void;
  /** For later runs as well; gives where it is kept. Throws where nothing can be written. */
  keep(token: string): Promise<TokenKeeper>;
  forget(): Promise<void>;
}
