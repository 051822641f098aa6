import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ImportFailures, importFailureWords } from '../../../src/comfyui/import-failures.ts';

/** Written by a real ComfyUI 0.3.64 on a CPU whose pack misses a module; paths shortened. */
const log = readFileSync(
  join(import.meta.dirname, '../../fixtures/comfyui-nodes/import-failed-0.3.64.log'),
  'utf8',
);

it('tells a pack once, at its line, with the last line of its traceback and what is missing', () => {
  const failures = new ImportFailures();
  const told = log.split('\n').flatMap((line) => failures.read(line) ?? []);
  expect(told.map(({ pack }) => pack)).toEqual([
    ...['nodes_audio.py', 'nodes_audio_encoder.py', 'ComfyUI-WanVideoWrapper'],
  ]);
  expect(told[2]).toEqual({
    pack: 'ComfyUI-WanVideoWrapper',
    why: "ModuleNotFoundError: No module named 'gguf'",
    missingClasses: 13,
  });
  expect(failures.all).toEqual(told);
  expect(importFailureWords(told[2] as (typeof told)[2])).toBe(
    "ComfyUI-WanVideoWrapper did not load: ModuleNotFoundError: No module named 'gguf'; 13 node classes are missing with it.",
  );
});

it('gives the reason of the pack itself, not that of one before it', () => {
  const failures = new ImportFailures();
  const read = (line: string) => failures.read(line);
  expect(read('Traceback (most recent call last):')).toBeNull();
  expect(read('ValueError: of a')).toBeNull();
  expect(read('Cannot import /x/custom_nodes/a module for custom nodes: of a')?.why).toBe(
    'ValueError: of a',
  );
  expect(read('Cannot import /x/custom_nodes/b module for custom nodes: of b')?.why).toBe('of b');
  expect(read('   0.0 seconds (IMPORT FAILED): /x/custom_nodes/a')).toBeNull();
  expect(read('   0.1 seconds (IMPORT FAILED): /x/custom_nodes/c')).toEqual({
    ...{ pack: 'c', why: '', missingClasses: 0 },
  });
});
