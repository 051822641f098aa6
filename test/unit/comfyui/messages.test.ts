import { describe, expect, it } from 'vitest';
import { parseBinaryMessage, parseTextMessage } from '../../../src/comfyui/messages.ts';
import { recordedMessages } from './recordings.ts';

const parsed = (file?: string) =>
  recordedMessages(file).map((message) => parseTextMessage(JSON.stringify(message)));

describe('text messages', () => {
  it('reads every recorded message; only progress_state is of no use here', () => {
    const all = [...parsed(), ...parsed('errors/websocket.ndjson')];
    const others = all.filter((message) => message.type === 'other');
    expect(new Set(others.map((message) => JSON.stringify(message)))).toEqual(
      new Set([JSON.stringify({ type: 'other', name: 'progress_state' })]),
    );
    expect(
      all.filter((message) => message.type === 'executing' && message.node === null),
    ).toHaveLength(9);
  });

  it('reads the exceptions and the interruption of a real server', () => {
    const errors = parsed('errors/websocket.ndjson').filter((m) => m.type === 'execution_error');
    expect(errors[0]).toMatchObject({
      nodeId: '3',
      nodeType: 'LatentConcat',
      exceptionType: 'RuntimeError',
      message: 'Tensors must have same number of dimensions: got 4 and 5',
    });
    const cut = parsed('errors/websocket.ndjson').find((m) => m.type === 'execution_interrupted');
    expect(cut).toMatchObject({ nodeId: '3', nodeType: 'ImageBlur' });
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"type":1}',
    '{"type":"executing"}',
    '{"type":"progress","data":[]}',
  ])('takes %j as nothing, not as an error', (frame) => {
    expect(parseTextMessage(frame).type).toBe('other');
  });
});

describe('binary messages', () => {
  const frame = (...bytes: number[]) => Uint8Array.from(bytes);

  it('reads pictures of both kinds', () => {
    const plain = parseBinaryMessage(frame(0, 0, 0, 1, 0, 0, 0, 2, 9, 8));
    expect(plain).toEqual({ type: 'preview', mime: 'image/png', image: frame(9, 8) });
    const json = Buffer.from('{"image_type":"image/jpeg"}');
    const described = Buffer.concat([frame(0, 0, 0, 4, 0, 0, 0, json.length), json, frame(7)]);
    expect(parseBinaryMessage(described)).toMatchObject({ type: 'preview', mime: 'image/jpeg' });
  });

  it.each([
    [frame()],
    [frame(0, 0, 0, 1)],
    [frame(0, 0, 0, 3, 1, 2, 3, 4)],
    [frame(0, 0, 0, 4, 255, 255, 255, 255)],
  ])('tolerates what it does not know', (bytes) => {
    expect(parseBinaryMessage(bytes).type).toBe('other');
  });
});
