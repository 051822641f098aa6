import { type EndingSignal, signalExitCodes } from '../contract/exit-codes.ts';

type Listener = (signal: EndingSignal) => void;

/**
 * Takes the ending signals from its making on, and keeps those that come before somebody listens:
 * between the start of a run and the first look at its journal none is lost, and none ends the
 * front-end without a result.
 */
export class SignalInbox {
  readonly #signals = Object.keys(signalExitCodes) as EndingSignal[];
  readonly #early: EndingSignal[] = [];
  #listener: Listener | null = null;

  constructor() {
    for (const signal of this.#signals) process.on(signal, this.#take);
  }

  /** Gives `listener` what came so far, then what comes; call the returned function at the end. */
  handOver(listener: Listener): () => void {
    this.#listener = listener;
    for (const signal of this.#early.splice(0)) listener(signal);
    return () => this.close();
  }

  /** Signals do again what they do by default. */
  close(): void {
    for (const signal of this.#signals) process.off(signal, this.#take);
  }

  readonly #take = (signal: EndingSignal): void => {
    if (this.#listener) this.#listener(signal);
    else this.#early.push(signal);
  };
}
