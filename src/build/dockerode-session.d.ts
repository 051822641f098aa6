declare module 'dockerode/lib/session.js' {
  import type Docker from 'dockerode';

  /** lib/session.js of dockerode 5.0.1; its own types leave it out. */
  const withSession: (
    docker: Docker,
    auth: undefined,
    opened: (error: Error | null, id: string | null, done: () => void) => void,
  ) => void;
  export default withSession;
}
