import { describe, expect, it } from 'vitest';
import { rawjsonStatus } from '../../../src/build/rawjson.ts';
import { decodeTrace } from '../../../src/build/trace.ts';
import { recording } from './recordings.ts';

/** A protobuf writer of ten lines, for messages that no recording has. */
const bytes = (field: number, value: Uint8Array | string): Buffer => {
  const data = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([(field << 3) | 2, data.length]), data]);
};
const varint = (field: number, value: number): Buffer => Buffer.from([field << 3, value]);
const base64 = (...parts: Buffer[]) => Buffer.concat(parts).toString('base64');

describe('decodeTrace', () => {
  it('agrees with the decoder that dockerode brings', async () => {
    const { default: protobuf } = await import('protobufjs');
    const path = new URL(
      '../../../node_modules/dockerode/lib/proto/buildkit_status.proto',
      import.meta.url,
    );
    const type = (await protobuf.load(path.pathname)).lookupType('moby.buildkit.v1.StatusResponse');
    let compared = 0;
    for (const line of recording('engine-api-v2-ok').toString().trim().split('\n')) {
      const message = JSON.parse(line);
      if (message.id !== 'moby.buildkit.trace') continue;
      const theirs = type.toObject(type.decode(Buffer.from(message.aux, 'base64')), {
        longs: Number,
      });
      const ours = decodeTrace(message.aux);
      expect(ours.vertexes?.map((v) => v.digest) ?? []).toEqual(
        (theirs.vertexes ?? []).map((v: { digest: string }) => v.digest),
      );
      expect(ours.logs?.map((l) => Buffer.from(l.data).toString('hex')) ?? []).toEqual(
        (theirs.logs ?? []).map((l: { msg: Buffer }) => Buffer.from(l.msg).toString('hex')),
      );
      expect(ours.statuses?.map((s) => [s.id, s.current, s.total]) ?? []).toEqual(
        (theirs.statuses ?? []).map((s: { ID: string; current?: number; total?: number }) => [
          s.ID,
          s.current ?? 0,
          s.total ?? 0,
        ]),
      );
      compared += 1;
    }
    expect(compared).toBeGreaterThan(20);
  });

  it('reads warnings with their lines', () => {
    const position = (line: number) => varint(1, line);
    const range = Buffer.concat([bytes(1, position(3)), bytes(2, position(4))]);
    const warning = Buffer.concat([
      bytes(1, 'sha256:v'),
      varint(2, 1),
      bytes(3, 'short'),
      bytes(4, 'one'),
      bytes(4, 'two'),
      bytes(5, 'https://docs.docker.com/x'),
      bytes(7, range),
    ]);
    const expected = {
      vertex: 'sha256:v',
      level: 1,
      short: 'short',
      detail: ['one', 'two'],
      url: 'https://docs.docker.com/x',
      lines: [{ start: 3, end: 4 }],
    };
    expect(decodeTrace(base64(bytes(4, warning)))).toEqual({ warnings: [expected] });
    const b64 = (text: string) => Buffer.from(text).toString('base64');
    // The same as rawjson writes it.
    expect(
      rawjsonStatus({
        warnings: [
          {
            ...{
              vertex: 'sha256:v',
              level: 1,
              short: b64('short'),
              detail: [b64('one'), b64('two')],
            },
            ...{ url: expected.url, range: [{ start: { line: 3 }, end: { line: 4 } }] },
          },
        ],
      }),
    ).toEqual({ warnings: [expected] });
  });

  it('skips fields it does not know and refuses a cut message', () => {
    const vertex = Buffer.concat([bytes(1, 'sha256:v'), bytes(3, 'name'), bytes(15, 'later')]);
    const fixed = Buffer.from([(9 << 3) | 5, 1, 2, 3, 4, (10 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8]);
    const message = Buffer.concat([fixed, bytes(1, vertex)]);
    expect(decodeTrace(message.toString('base64'))).toEqual({
      vertexes: [{ digest: 'sha256:v', name: 'name' }],
    });
    expect(() => decodeTrace(message.subarray(0, -2).toString('base64'))).toThrow(RangeError);
    expect(decodeTrace('')).toEqual({});
  });

  it('writes times with nanoseconds', () => {
    const stamp = Buffer.concat([varint(1, 60), varint(2, 5)]);
    const vertex = Buffer.concat([bytes(1, 'd'), bytes(5, stamp)]);
    expect(decodeTrace(base64(bytes(1, vertex))).vertexes?.[0]?.started).toBe(
      '1970-01-01T00:01:00.000000005Z',
    );
  });
});
