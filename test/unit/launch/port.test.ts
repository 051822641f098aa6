import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/contract/failure.ts';
import { choosePort, nextFreePort, takenSentence } from '../../../src/launch/port.ts';
import { listeningInodes, type PortOwner } from '../../../src/launch/port-owner.ts';
import type { Question } from '../../../src/runner/questions.ts';

const now = new Date('2026-11-24T12:00:00Z');
const comfy: PortOwner = {
  kind: 'container',
  id: 'c0ffee',
  name: 'comfy',
  ours: false,
  since: new Date('2026-11-21T11:00:00Z'),
};

function wishes(taken: Record<number, PortOwner>, answer?: string) {
  const asked: Question[] = [];
  return {
    asked,
    wanted: 8188,
    now,
    ownerOf: async (port: number): Promise<PortOwner> => taken[port] ?? { kind: 'free' },
    ask: async (question: Question) => {
      asked.push(question);
      return answer ?? question.unattended ?? 'back';
    },
  };
}

describe('choosePort', () => {
  it('asks nothing when the port is free', async () => {
    const free = wishes({});
    expect(await choosePort(free)).toEqual({ port: 8188, said: null });
    expect(free.asked).toEqual([]);
  });

  it('takes the next free one unattended, and says it', async () => {
    const process: PortOwner = { kind: 'process', pid: 7, name: 'python3', since: null };
    const taken = wishes({ 8188: comfy, 8189: process });
    expect(await choosePort(taken)).toEqual({
      port: 8190,
      said: 'Port 8188 is taken by container comfy (up 3 days). Port 8190 is used instead.',
    });
    expect(taken.asked[0]?.options.map(({ label }) => label)).toEqual([
      'Use 8190',
      'Stop comfy',
      'Back',
    ]);
  });

  it('leaves stopping to the person', async () => {
    expect(await choosePort(wishes({ 8188: comfy }, 'stop'))).toEqual({
      port: 8188,
      said: null,
      stop: { id: 'c0ffee', name: 'comfy' },
    });
  });

  it('is a failure when neither is wanted', async () => {
    const error = await choosePort(wishes({ 8188: comfy }, 'back')).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ code: 'port-taken' });
    expect(error.details.fixes).toContainEqual({
      label: 'Stop container comfy',
      command: 'docker stop comfy',
    });
  });

  it('gives up when a hundred ports are taken', async () => {
    const all = { ...wishes({}), ownerOf: async () => comfy };
    await expect(choosePort(all)).rejects.toMatchObject({ code: 'port-taken' });
  });
});

describe('nextFreePort', () => {
  it('ends at the highest port', async () => {
    const seen: number[] = [];
    const none = await nextFreePort(65_534, async (port) => {
      seen.push(port);
      return comfy;
    });
    expect(none).toBeNull();
    expect(seen).toEqual([65_534, 65_535]);
  });
});

describe('takenSentence', () => {
  it.each<[PortOwner, string]>([
    [comfy, 'Port 8188 is taken by container comfy (up 3 days).'],
    [
      { kind: 'process', pid: 7, name: 'python3', since: new Date('2026-11-24T11:58:40Z') },
      'Port 8188 is taken by python3 (process 7, up 1 m 20 s).',
    ],
    [
      { kind: 'process', pid: 7, name: '', since: null },
      'Port 8188 is taken by a program (process 7).',
    ],
    [
      { kind: 'unknown', why: 'EADDRINUSE' },
      'Port 8188 is taken by a program that cannot be seen from here (EADDRINUSE).',
    ],
  ])('%j', (owner, sentence) => {
    expect(takenSentence(8188, owner, now)).toBe(sentence);
  });
});

describe('listeningInodes', () => {
  // Written by this kernel (proc(5), /proc/net/tcp): 1FFC is 8188; 0A listens, 01 is connected.
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1FFC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1FFC 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 41002 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41003 1 0000000000000000 100 0 0 10 0`;

  it('finds who listens, not who is connected', () => {
    expect(listeningInodes(table, 8188)).toEqual(new Set(['41001']));
    expect(listeningInodes(table, 22)).toEqual(new Set(['41003']));
    expect(listeningInodes(table, 8189)).toEqual(new Set());
  });
});
