/** Enter is dead for this long after the page appears (MOCKUPS C2). */
export const DEAD_MS = 600;
/**
 * Presses closer together than this are one key held down: terminals repeat 11 to 30 times a second.
 * The first repeat comes 250-660 ms after the press that opened the page, so the dead time alone
 * does not stop it; hence a press counts only when nothing follows it for this long.
 */
export const REPEAT_MS = 150;

export type Guarded = 'dead' | 'repeat' | 'wait';

/** Tells a press of Enter from a held one, by time alone: terminals do not say which it is. */
export class EnterGuard {
  readonly #openedAt: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #pending = false;

  constructor(openedAtMs: number) {
    this.#openedAt = openedAtMs;
  }

  /** `wait`: ask `settled` after REPEAT_MS whether it was a press. */
  press(nowMs: number): Guarded {
    const gap = nowMs - this.#lastAt;
    this.#lastAt = nowMs;
    this.#pending = false;
    if (nowMs - this.#openedAt < DEAD_MS) return 'dead';
    if (gap < REPEAT_MS) return 'repeat';
    this.#pending = true;
    return 'wait';
  }

  /** True once for a press that nothing followed. */
  settled(nowMs: number): boolean {
    if (!this.#pending || nowMs - this.#lastAt < REPEAT_MS) return false;
    this.#pending = false;
    return true;
  }
}
