import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/contract/events.ts';
import { Failure } from '../../../src/contract/failure.ts';
import { askWhile } from '../../../src/pipeline/ask-while.ts';
import type { RunContext } from '../../../src/pipeline/context.ts';
import { argsNow, attentionAfter, fallBack } from '../../../src/pipeline/fallback.ts';

const step = (line: string, name = '[attention 1/1] RUN sh /steps/attention.sh') => ({
  name,
  lastLines: ['installing', line],
});
const abi = 'ImportError: flash_attn_2_cuda.so: undefined symbol: _ZN3c10';

describe('the back-end after a failed step', () => {
  it.each([
    ['flash-attn', 'xformers'],
    ['sageattention', 'xformers'],
    ['xformers', 'sdpa'],
  ])('after %s comes %s', (from, to) => {
    expect(attentionAfter(from, 'build-step-failed', step(abi))).toMatchObject({ from, to });
  });

  it.each([
    ["steadydancer: flash-attn's wheel does not fit this Python.", 'does not fit'],
    ['curl: (22) The requested URL returned error: 404', 'no package'],
    ['steadydancer: xformers 0.0.32 could not be installed from PyPI.', 'no package'],
    ['flash-attn is installed and flash_attn_2_cuda does not import: x', 'does not import'],
    ['RuntimeError: FlashAttention only supports Ampere GPUs or newer.', 'this GPU'],
    ['ninja: build stopped: subcommand failed.', 'compiled'],
    ['\x1b[31mKilled\x1b[0m', 'memory'],
  ])('%s is cured by another', (line, why) => {
    expect(attentionAfter('flash-attn', 'build-step-failed', step(line))?.why).toContain(why);
  });

  it.each([
    ['after sdpa nothing comes', 'sdpa', 'build-step-failed', step(abi)],
    ['a full disk', 'flash-attn', 'disk-full-build', step(abi)],
    ['a lost engine', 'flash-attn', 'build-engine-lost', step(abi)],
    ['no network', 'flash-attn', 'build-step-failed', step('curl: (6) Could not resolve host: x')],
    [
      'a file that is another one',
      'flash-attn',
      'build-step-failed',
      step("flash-attn's wheel has sha256 ab12, and cd34 was expected: it is another file."),
    ],
    ['another stage', 'flash-attn', 'build-step-failed', step(abi, '[torch 2/3] RUN x')],
    ['what nobody knows', 'flash-attn', 'build-step-failed', step('boom')],
    ['an image without attention', undefined, 'build-step-failed', step(abi)],
    ['no step', 'flash-attn', 'build-failed', null],
  ] as const)('%s is not', (_what, from, code, failed) => {
    expect(attentionAfter(from, code, failed)).toBeNull();
  });
});

describe('falling back', () => {
  function context(fallback: 'auto' | 'ask' | 'never', answer = 'fallback') {
    const events: EventBody[] = [];
    const ctx = {
      planned: { plan: { args: { ATTENTION: 'flash-attn', X: '1' } }, choices: { fallback } },
      facts: { built: {} },
      emit: (event: EventBody) => events.push(event),
      ask: async () => answer,
    } as unknown as RunContext;
    return { ctx, events };
  }
  const error = new Failure({ code: 'build-step-failed', sentence: 'Step x ended.' });

  it('changes the arguments and nothing of the plan', async () => {
    const { ctx, events } = context('auto');
    expect(argsNow(ctx)).toEqual({ ATTENTION: 'flash-attn', X: '1' });
    expect(await fallBack(ctx, error, step(abi))).toBe(true);
    expect(argsNow(ctx)).toEqual({ ATTENTION: 'xformers', ENABLE_FLASH_ATTN: 'false', X: '1' });
    expect(ctx.planned.plan.args.ATTENTION).toBe('flash-attn');
    expect(events).toMatchObject([{ type: 'fallback', from: 'flash-attn', to: 'xformers' }]);
    expect(await fallBack(ctx, error, step(abi))).toBe(true);
    expect(await fallBack(ctx, error, step(abi))).toBe(false);
    expect(ctx.facts.built).toEqual({ attention: 'sdpa' });
  });

  it('does what the rule and the person say', async () => {
    expect(await fallBack(context('never').ctx, error, step(abi))).toBe(false);
    expect(await fallBack(context('ask').ctx, error, step(abi))).toBe(true);
    expect(await fallBack(context('ask', 'stop').ctx, error, step(abi))).toBe(false);
    expect(await fallBack(context('auto').ctx, new Error('a bug'), step(abi))).toBe(false);
  });
});

describe('a question that nobody needs any more', () => {
  const question = { id: 'q', text: 'Go on?', options: [{ id: 'a', label: 'A' }], unattended: 'a' };

  it('is closed with its standing answer', async () => {
    const events: EventBody[] = [];
    const over = new AbortController();
    const emit = (event: EventBody) => void events.push(event);
    const asked = askWhile({ ask: () => new Promise(() => {}), emit }, question, 'a', over.signal);
    over.abort(new Error('the build ended'));
    await expect(asked).rejects.toThrow('the build ended');
    expect(events).toEqual([{ type: 'answer', id: 'q', answer: 'a', by: 'yes' }]);
  });

  it('gives an answer that came in time, and says nothing later', async () => {
    const events: EventBody[] = [];
    const over = new AbortController();
    const emit = (event: EventBody) => void events.push(event);
    expect(await askWhile({ ask: async () => 'a', emit }, question, 'a', over.signal)).toBe('a');
    over.abort();
    expect(events).toEqual([]);
  });
});
