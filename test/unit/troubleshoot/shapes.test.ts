import { describe, expect, it } from 'vitest';
import { diagnoseBytes, expectedLogs, readLog } from './logs.ts';

/**
 * Other versions, paths, names and addresses than the ones in the corpus: what is said must follow
 * from the shape of a message, not from what happened to stand in it.
 */
const changes: Record<string, (text: string) => string> = {
  'Python versions and paths': (text) =>
    text
      .replaceAll(/python3\.\d+/g, 'python3.14')
      .replaceAll(/cp3\d{1,2}\b/g, 'cp314')
      .replaceAll(/\/(?:opt\/venv|build\/v3[\d.]+|opt\/python\/[\d.]+)\//g, '/srv/env/')
      .replaceAll('/opt/ComfyUI/', '/workspace/app/'),
  'line numbers in tracebacks': (text) => text.replaceAll(/, line \d+, in/g, ', line 9071, in'),
  'package versions': (text) =>
    text.replaceAll(
      /(==|-)(\d+)\.(\d+)\.(\d+)(?![\d.]*\.so)/g,
      (_, sep, a) => `${sep}${Number(a) + 1}.7.11`,
    ),
  'hosts and ports': (text) =>
    text
      .replaceAll(/[\w-]+\.example(?:\.org|\.com)?\b/g, 'mirror.lab.test')
      .replaceAll('127.0.0.1:5480', '127.0.0.1:4123')
      .replaceAll(/192\.168\.1\.1/g, '10.0.2.3'),
  'names of images, packages and containers': (text) =>
    text
      .replaceAll(/\bflash[-_]attn\b/g, 'other_kernels')
      .replaceAll('einops', 'needles')
      .replaceAll('local/base', 'studio/root')
      .replaceAll('steadydancer:8c1f03a', 'dance:1'),
  'order of digits in hashes': (text) =>
    text.replaceAll(/\b[0-9a-f]{40,64}\b/g, (hash) => [...hash].reverse().join('')),
};

describe('shapes of messages', () => {
  it.each(Object.entries(changes))('%s do not change the diagnosis', async (_, change) => {
    const wrong: string[] = [];
    for (const [name, { code }] of expectedLogs) {
      const text = readLog(name).toString('utf8');
      if (text.trimStart().startsWith('{')) continue;
      const [first] = await diagnoseBytes(change(text));
      if ((first?.code ?? null) !== code)
        wrong.push(`${name}: ${first?.code ?? null}, not ${code}`);
    }
    expect(wrong).toEqual([]);
  });
});
