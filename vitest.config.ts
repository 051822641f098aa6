import { defineConfig } from 'vitest/config';

/** A layer is a folder of test/; `*.long.test.*` files run only in `npm run test:long`. */
const long = process.env.STEADYDANCER_TEST_LONG === '1';
const files = long ? 'long.test' : 'test';
const layer = (name: string, options: { timeoutMs: number; serial?: boolean; setup?: string }) => ({
  test: {
    name,
    include: [`test/${name}/**/*.${files}.{ts,tsx}`],
    setupFiles: ['./test/seed.ts'],
    exclude: long ? [] : ['**/*.long.test.*'],
    testTimeout: options.timeoutMs,
    hookTimeout: options.timeoutMs,
    fileParallelism: !options.serial,
    ...(options.setup ? { globalSetup: [options.setup] } : {}),
    // A terminal under CI=true behaves differently; tests say themselves what they run under.
    env: { NO_COLOR: '', FORCE_COLOR: '' },
  },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    // An engine that was started for the tests is stopped with what runs in it.
    teardownTimeout: 60_000,
    projects: [
      layer('unit', { timeoutMs: 20_000 }),
      layer('screens', { timeoutMs: 20_000 }),
      layer('world', { timeoutMs: 120_000 }),
      layer('terminal', { timeoutMs: 120_000, serial: true, setup: './test/engine/setup.ts' }),
      layer('engine', { timeoutMs: 240_000, serial: true, setup: './test/engine/setup.ts' }),
      layer('recipe', { timeoutMs: 7_200_000, serial: true, setup: './test/engine/setup.ts' }),
    ],
  },
});
