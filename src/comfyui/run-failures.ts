import { Failure } from '../contract/failure.ts';
import type { NodeException } from './messages.ts';
import type { RunEnd } from './watch.ts';

/**
 * Why a run did not give its film; null when it did.
 * @param what the subject, `the test video` or `the dance`
 */
export function endFailure(end: RunEnd, what: string): Failure | null {
  switch (end.kind) {
    case 'done':
      return null;
    case 'error':
      return exceptionFailure(end.exception);
    case 'interrupted':
      return failure('smoke-render-interrupted', `Somebody stopped ${what} on the server.`);
    case 'lost':
      return failure(
        'smoke-render-lost',
        `The server was started again and has forgotten ${what}.`,
      );
    default:
      return end satisfies never;
  }
}

function exceptionFailure(exception: NodeException): Failure {
  const { nodeId, nodeType, exceptionType, message } = exception;
  const proof = `${exceptionType}: ${message}`;
  if (/OutOfMemory|out of memory/i.test(proof)) {
    return failure(
      'smoke-out-of-memory',
      `The video memory was full at node ${nodeId} (${nodeType}).`,
      proof,
    );
  }
  return failure(
    'smoke-render-error',
    `Node ${nodeId} (${nodeType}) broke: ${message.split('\n')[0]}`,
    proof,
  );
}

function failure(code: string, sentence: string, proof?: string): Failure {
  return new Failure({ code, sentence, phase: 'smoke', ...(proof ? { proof } : {}) });
}
