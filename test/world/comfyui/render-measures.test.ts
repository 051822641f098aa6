import { describe, expect, it } from 'vitest';
import { createComfyClient } from '../../../src/comfyui/client.ts';
import { memoryFixes } from '../../../src/comfyui/smoke/memory-ladder.ts';
import {
  estimateFiveSeconds,
  measuredWords,
  renderTimes,
  splitMeasured,
  watchVideoMemory,
} from '../../../src/comfyui/smoke/render-measures.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { fixActions } from '../../../src/troubleshoot/fixes/actions.ts';
import { startScripted } from './scripted-server.ts';

const film = { width: 256, height: 448, frames: 17 };

describe('what a render took', () => {
  it('is timed by its steps, the first left out because it loads', () => {
    let at = 0;
    const clock = { ...systemClock, monotonicMs: () => at };
    const graph = { 17: { class_type: 'WanVideoDecode', inputs: {} } };
    const times = renderTimes(graph, clock);
    const step = (value: number, ms: number) => {
      at += ms;
      times.hear({ type: 'progress', promptId: 'p', node: '16', value, max: 4 });
    };
    const node = (name: string | null, ms: number) => {
      at += ms;
      times.hear({ type: 'executing', promptId: 'p', node: name });
    };
    step(1, 30_000);
    expect(times.measured.stepMs).toBeNull();
    for (const value of [2, 3, 4]) step(value, 2_000);
    node('17', 100);
    node('18', 900);
    expect(times.measured).toEqual({ stepMs: 2_000, steps: 4, pixelMs: 900 });
  });

  it('gives an estimate that grows with the film, and its two ends', () => {
    const same = { width: 480, height: 832, frames: 81 };
    const { lowMs, highMs } = estimateFiveSeconds({ stepMs: 1_000, steps: 4, pixelMs: 0 }, same);
    expect([lowMs, highMs]).toEqual([2_400, 4_000]);
    const small = estimateFiveSeconds({ stepMs: 1_000, steps: 4, pixelMs: 500 }, film);
    // 11.4 times the tokens, 16.6 times the pixels; attention makes the high end 1.9 times as much.
    expect(small.lowMs / 1000).toBeCloseTo(35.7, 0);
    expect(small.highMs / 1000).toBeCloseTo(94.2, 0);
  });

  it('is told with headroom; a card full to the brim is said, with what Windows does then', () => {
    const times = { stepMs: 2_000, steps: 4, pixelMs: 0 };
    const card = 24 * 2 ** 30;
    const { text, full } = measuredWords(
      times,
      { peakBytes: 18.9 * 2 ** 30, totalBytes: card },
      film,
    );
    expect(full).toBe(false);
    expect(text).toContain(
      'A step took 2.0 s. Video memory: 18.9 GB of 24 GB at most, 5.1 GB left.',
    );
    expect(text).toMatch(/A 5 s clip at 480x832 takes about .* to .* \(estimate/);
    expect(splitMeasured(`The server rendered in 41.0 s. ${text}`)).toEqual({
      rest: 'The server rendered in 41.0 s. A step took 2.0 s.',
      memory: '18.9 GB of 24 GB at most, 5.1 GB left',
      clip: {
        size: '480x832',
        takes: expect.stringMatching(/^about .* to .* s$/),
        by: 'estimate from this test',
      },
    });
    const brim = measuredWords(times, { peakBytes: card * 0.98, totalBytes: card }, null);
    expect(brim.full).toBe(true);
    expect(brim.text).toMatch(/spills into memory/);
    expect(measuredWords({ ...times, stepMs: null }, null, film)).toEqual({
      text: '',
      full: false,
    });
  });

  it('sees the most video memory, and bears a server that is silent in between', async () => {
    let asked = 0;
    const server = await startScripted((_request, response) => {
      asked += 1;
      if (asked === 2) {
        response.writeHead(502).end();
        return true;
      }
      const device = { name: 'x', type: 'cuda', index: 0, vram_total: 100, vram_free: 100 - asked };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ system: {}, devices: [device] }));
      return true;
    });
    const client = createComfyClient({ url: server.url });
    const clock = { ...systemClock, sleep: () => systemClock.sleep(1) };
    const watch = watchVideoMemory(client, clock, new AbortController().signal);
    await expect.poll(() => asked).toBeGreaterThan(4);
    const seen = watch.stop();
    expect(seen?.totalBytes).toBe(100);
    expect(seen?.peakBytes).toBeGreaterThanOrEqual(3);
    await client.close();
    await server.stop();
  });
});

describe('the ladder for full memory', () => {
  const choices = {
    variant: 'fp16',
    textEncoder: 'bf16',
    blockSwap: 20,
    smoke: { frames: 33 },
  } as const;

  it('is by which memory ran full, the cheapest first, each with minutes and a command', () => {
    const ids = (full: 'video' | 'machine') =>
      memoryFixes(full, choices).map(({ applies }) => applies);
    expect(ids('video')).toEqual([
      ...['block-swap-more', 'smoke-smaller', 'text-encoder-fp8', 'variant-fp8', 'variant-smaller'],
    ]);
    expect(ids('machine')[0]).toBe('block-swap-less');
    for (const { label, command } of memoryFixes('video', choices)) {
      expect(label).toMatch(/, about \d+(-\d+)? min$/);
      expect(command).toMatch(/^steadydancer run --set \S+=\S+$/);
    }
    const [swap, , encoder] = memoryFixes('video', choices);
    expect(swap?.label).toBe('Let 30 of 40 blocks wait in memory, about 3-6 min');
    // 6.7 GB have to be fetched.
    expect(Number(/-(\d+) min/.exec(encoder?.label ?? '')?.[1])).toBeGreaterThan(10);
  });

  it('has nothing to offer at its end, and only fixes that the wizard knows', () => {
    const last = { variant: 'gguf-q4_k_m', textEncoder: 'fp8', blockSwap: 40 } as const;
    expect(memoryFixes('video', last)).toEqual([]);
    for (const full of ['video', 'machine'] as const) {
      for (const { applies = '' } of memoryFixes(full, choices)) {
        expect(fixActions).toHaveProperty(applies);
      }
    }
  });
});
