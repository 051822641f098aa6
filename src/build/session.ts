import type Docker from 'dockerode';

/** A BuildKit session: the engine asks it for logins while it builds. */
export interface BuildSession {
  id: string;
  /** Ends the gRPC server and its connection; nothing of it keeps the process alive. */
  close(): void;
}

/**
 * Opens dockerode's session ourselves instead of by `buildImage({version: '2'})`: that one is only
 * closed when the answer is read to its end, so that a cancelled or refused build leaves a gRPC
 * server that keeps the process alive (dockerode 5.0.1 lib/docker.js dialWithSession). It is given
 * no login: dockerode would hand it to whatever registry is asked.
 * @throws what the engine answers to POST /session, or the socket's error
 */
export async function openSession(docker: Docker): Promise<BuildSession> {
  // gRPC is loaded here and not before: it is half of a start's time.
  const { default: withSession } = await import('dockerode/lib/session.js');
  return new Promise((resolve, reject) => {
    withSession(docker, undefined, (error, id, done) => {
      if (error || id === null) reject(error ?? new Error('the engine opened no session'));
      else resolve({ id, close: once(done) });
    });
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
