import { createContext, type RefObject, useContext, useEffect } from 'react';

/** How many parts of the screen take every key for themselves. */
const HoldContext = createContext<RefObject<number>>({ current: 0 });

export const HoldKeysProvider = HoldContext;

/**
 * While active, keys that mean the same on all pages (`?`, `q`) do nothing there: a text field has
 * the focus, or a question is open. Ctrl-C works always.
 */
export function useHoldKeys(active = true): void {
  const hold = useContext(HoldContext);
  useEffect(() => {
    if (!active) return;
    hold.current += 1;
    return () => {
      hold.current -= 1;
    };
  }, [hold, active]);
}
