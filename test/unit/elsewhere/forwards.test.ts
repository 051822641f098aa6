import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Forwards, portAsked } from '../../../src/elsewhere/forwards.ts';

describe('ports of a server, brought here', () => {
  it('a port that is taken here becomes the next free one, and is brought once', async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    const { port } = taken.address() as { port: number };
    const asked: number[] = [];
    const forwards = new Forwards({
      forward: async (here) => {
        asked.push(here);
        return true;
      },
    });
    expect(forwards.has(port)).toBe(false);
    const [one, again] = await Promise.all([forwards.bring(port), forwards.bring(port)]);
    expect(one).toEqual({ there: port, here: asked[0] });
    expect(again).toEqual(one);
    expect(asked[0]).toBeGreaterThan(port);
    expect(asked).toHaveLength(1);
    expect(forwards.has(port)).toBe(true);
    taken.close();
  });

  it('a server that forwards nothing is asked once', async () => {
    let asked = 0;
    const forwards = new Forwards({
      forward: async () => {
        asked++;
        return false;
      },
    });
    expect(await forwards.bring(39_188)).toBe(null);
    expect(asked).toBe(1);
  });

  it.each([
    [[], 8188],
    [['run', '--set', 'port=8190'], 8190],
    [['run', '--set=port=8190', '-s', 'port=9000'], 9000],
    [['run', '--set', 'variant=fp8'], 8188],
  ])('%j asks for port %i', (args, port) => {
    expect(portAsked(args)).toBe(port);
  });
});
