import type { Emit, EventOf } from '../contract/events.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';

export type Question = Omit<EventOf<'question'>, 'type' | 'v' | 'at'>;

/**
 * The run's open questions. Who answers is decided once, when the run is asked for: the written
 * default (`--yes`), a person over the control socket, or nobody (exit code 18).
 */
export class Questions {
  readonly #answers: 'yes' | 'person' | 'nobody';
  readonly #emit: Emit;
  readonly #open = new Map<string, { question: Question; resolve: (answer: string) => void }>();

  constructor(answers: 'yes' | 'person' | 'nobody', emit: Emit) {
    this.#answers = answers;
    this.#emit = emit;
  }

  /** Gives the id of the chosen option. Throws a Failure (18) when nobody may answer. */
  async ask(question: Question, signal: AbortSignal): Promise<string> {
    this.#emit({ type: 'question', ...question });
    if (this.#answers === 'yes' && question.unattended !== null) {
      this.#emit({ type: 'answer', id: question.id, answer: question.unattended, by: 'yes' });
      return question.unattended;
    }
    if (this.#answers !== 'person') throw unanswered(question);
    return this.#waitForPerson(question, signal);
  }

  /** An answer from outside; says why when it does not fit. */
  answer(id: string, answer: string): string | null {
    const open = this.#open.get(id);
    if (!open) return `there is no open question ${id}`;
    if (!open.question.options.some((option) => option.id === answer)) {
      return `${id} takes ${open.question.options.map((option) => option.id).join(', ')}`;
    }
    this.#open.delete(id);
    this.#emit({ type: 'answer', id, answer, by: 'person' });
    open.resolve(answer);
    return null;
  }

  #waitForPerson(question: Question, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#open.set(question.id, { question, resolve });
    });
  }
}

function unanswered(question: Question): Failure {
  return new Failure({
    code: 'question-unanswered',
    sentence: `A question stayed unanswered: ${question.text}`,
    cause:
      question.unattended === null
        ? `--yes does not answer this; ${question.flag ?? 'its own flag'} does.`
        : `--yes would answer: ${question.unattended}.`,
    exitCode: exitCodes.question,
  });
}
