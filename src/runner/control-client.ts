import { connect } from 'node:net';
import { join } from 'node:path';
import { type ControlMessage, type ControlReply, withSocketPath } from './control-protocol.ts';
import { runFiles } from './run-record.ts';

const ANSWER_LIMIT_MS = 3_000;

/**
 * Says one thing to a run. Never throws: a run that cannot be reached is a reply with `ok: false`.
 */
export async function sendControl(runDir: string, message: ControlMessage): Promise<ControlReply> {
  return withSocketPath(
    join(runDir, runFiles.control),
    (path, release) =>
      new Promise<ControlReply>((resolve) => {
        const socket = connect(path);
        let answer = '';
        const finish = (reply: ControlReply) => {
          socket.destroy();
          release();
          resolve(reply);
        };
        socket.setTimeout(ANSWER_LIMIT_MS, () => finish({ ok: false, why: 'no answer' }));
        socket.once('error', (error) => finish({ ok: false, why: error.message }));
        socket.once('connect', () => socket.write(`${JSON.stringify(message)}\n`));
        socket.on('data', (chunk) => {
          answer += chunk.toString();
          if (answer.includes('\n')) finish(JSON.parse(answer) as ControlReply);
        });
        socket.once('end', () => finish({ ok: false, why: 'the run closed the connection' }));
      }),
  );
}
