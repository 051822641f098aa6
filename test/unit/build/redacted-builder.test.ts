import { expect, it } from 'vitest';
import { redactedBuilder } from '../../../src/build/redacted-builder.ts';
import type { Builder, BuildRequest, SolveEvent } from '../../../src/build/types.ts';
import { Failure } from '../../../src/contract/failure.ts';

const secret = 'my-very-own-secret';
const request = {} as BuildRequest;
const never = new AbortController().signal;

/** What comes of these events, and the failure that ends them. */
async function through(events: SolveEvent[], failure?: Failure) {
  const builder: Builder = {
    transport: 'engine',
    async build(_request, onEvent) {
      for (const event of events) onEvent(event);
      if (failure) throw failure;
      return { id: 'sha256:1' };
    },
  };
  const seen: SolveEvent[] = [];
  const error = await redactedBuilder(builder, [secret])
    .build(request, (event) => seen.push(event), never)
    .then(
      () => null,
      (reason) => reason as Failure,
    );
  return { seen, error };
}

const log = (text: string, vertex = 'a', stream: 1 | 2 = 1): SolveEvent => ({
  type: 'status',
  status: { logs: [{ vertex, stream, data: Buffer.from(text) }] },
});
const textOf = (events: SolveEvent[]) =>
  events
    .flatMap((event) => (event.type === 'status' ? (event.status.logs ?? []) : []))
    .map(({ data }) => Buffer.from(data).toString());

it('output that was split inside a secret is whole before it is shown', async () => {
  const { seen } = await through([log('using my-very-'), log('other\n', 'b'), log('own-secret\n')]);
  expect(textOf(seen)).toEqual(['using ', 'other\n', '[redacted]\n']);
});

it('a step that ends says its last words first, and a build its very last', async () => {
  const end: SolveEvent = {
    type: 'status',
    status: {
      vertexes: [{ digest: 'a', name: `RUN echo ${secret}`, started: '1', completed: '2' }],
    },
  };
  const { seen } = await through([log(secret), end, log('no end', 'b', 2)]);
  expect(seen[1]).toMatchObject({
    status: {
      vertexes: [{ name: 'RUN echo [redacted]' }],
      logs: [{ vertex: 'a', stream: 1 }],
    },
  });
  expect(textOf(seen).filter((text) => text !== '')).toEqual(['[redacted]', 'no ', 'end']);
});

it('neither text of the client, nor a warning, nor a failure tells it', async () => {
  const failure = new Failure({
    code: 'build-step-failed',
    sentence: `Step ${secret} ended with exit code 1.`,
    proof: `curl -H "Authorization: Bearer abcdefgh"\n${secret}`,
    cause: `Line 3 of ${secret}.`,
  });
  const events: SolveEvent[] = [
    { type: 'output', text: `error: ${secret}` },
    {
      type: 'status',
      status: { warnings: [{ vertex: 'a', level: 1, short: secret, detail: [secret] }] },
    },
  ];
  const { seen, error } = await through(events, failure);
  expect(JSON.stringify([seen, error?.details])).not.toContain(secret);
  expect(error?.details.proof).toContain('Authorization: [redacted]');
  expect(error?.code).toBe('build-step-failed');
});
