import type { Question } from '../runner/questions.ts';
import type { RunContext } from './context.ts';

/**
 * Asks for as long as an answer matters. When `over` is aborted first, the question is closed with
 * its standing answer, so that no screen goes on asking it, and its reason is thrown.
 */
export async function askWhile(
  ctx: Pick<RunContext, 'ask' | 'emit'>,
  question: Question,
  standing: string,
  over: AbortSignal,
): Promise<string> {
  over.throwIfAborted();
  let close = () => {};
  const ended = new Promise<never>((_, reject) => {
    close = () => {
      ctx.emit({ type: 'answer', id: question.id, answer: standing, by: 'yes' });
      reject(over.reason);
    };
    over.addEventListener('abort', close, { once: true });
  });
  try {
    return await Promise.race([ctx.ask(question), ended]);
  } finally {
    over.removeEventListener('abort', close);
  }
}
