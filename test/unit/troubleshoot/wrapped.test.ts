import { describe, expect, it } from 'vitest';
import { diagnoseBytes } from './logs.ts';

const data = (text: string) => Buffer.from(text).toString('base64');
const json = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('text inside JSON', () => {
  it('joins a line that BuildKit hands over in two pieces, and names the line of the end', async () => {
    const [first] = await diagnoseBytes(
      json(
        { vertexes: [{ digest: 'sha256:a', name: '[2/2] RUN apt-get install x' }] },
        { logs: [{ vertex: 'sha256:a', stream: 2, data: data('E: Unable to locate ') }] },
        { logs: [{ vertex: 'sha256:a', stream: 2, data: data('package x\n') }] },
      ),
    );
    expect(first).toMatchObject({ code: 'apt-package-missing', evidence: { line: 3 } });
    expect(first?.evidence.text).toBe('#1 E: Unable to locate package x');
  });

  it('reads the indented form of buildx 0.13 by the line of its data', async () => {
    const text = JSON.stringify(
      {
        vertexes: [{ digest: 'sha256:a', name: '[2/2] RUN make' }],
        logs: [{ vertex: 'sha256:a', stream: 2, data: data('/bin/sh: 1: make: not found\n') }],
      },
      null,
      2,
    );
    const line = text.split('\n').findIndex((part) => part.includes('"data"')) + 1;
    expect((await diagnoseBytes(`${text}\n`))[0]).toMatchObject({
      code: 'make-missing',
      evidence: { line },
    });
  });

  it('reads the events of a run, and knows which of its steps ended well', async () => {
    const event = (body: object) => ({ v: 1, at: '2026-11-24T22:00:00.000Z', ...body });
    const log = (vertex: string, text: string) =>
      event({ type: 'build.log', vertex, stream: 2, text });
    const diagnoses = await diagnoseBytes(
      json(
        event({
          type: 'run.started',
          runId: 'r',
          planDigest: 'd',
          profile: null,
          recipe: 'rehearsal',
        }),
        log('sha256:a', "ModuleNotFoundError: No module named 'torch'"),
        event({ type: 'build.vertex', id: 'sha256:a', name: 'a', state: 'done', cached: false }),
        log('sha256:b', 'git: command not found'),
        event({
          type: 'build.vertex',
          id: 'sha256:b',
          name: 'b',
          state: 'failed',
          cached: false,
          error: 'exit code: 127',
        }),
      ),
    );
    expect(diagnoses[0]).toMatchObject({ code: 'git-missing', evidence: { line: 4 } });
  });

  it('reads the last word of an engine stream and skips a cut trace', async () => {
    const [first] = await diagnoseBytes(
      `{"id":"moby.buildkit.trace","aux":"!!!"}\n{"errorDetail":{"message":"toomanyrequests: You have reached your pull rate limit"}}\n`,
    );
    expect(first).toMatchObject({ code: 'registry-rate-limit', evidence: { line: 2 } });
  });
});
