import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/troubleshoot/diagnose.ts';

const folder = new URL('../../fixtures/blind-logs/', import.meta.url);

interface Answer {
  file: string;
  benign: boolean;
  /** Every code that names the cause; empty where the log ended well. */
  codes: string[];
}

const answers: Answer[] = JSON.parse(readFileSync(new URL('answers.json', folder), 'utf8'));
const failures = answers.filter(({ benign }) => !benign);
const benign = answers.filter((answer) => answer.benign);

const said = async ({ file }: Answer) => await diagnose([readFileSync(new URL(file, folder))]);

/**
 * Logs and answers by somebody who had not seen the patterns. At first sight 168 of 176 causes were
 * named and 2 of 26 good logs accused (first-score.json); patterns were mended after that, so what
 * is held here is no longer a blind score.
 */
describe('logs that the patterns were not written from', () => {
  it('names the cause first in at least 97 of 100', async () => {
    const misses: string[] = [];
    for (const answer of failures) {
      const [first] = await said(answer);
      if (!first || !answer.codes.includes(first.code))
        misses.push(`${answer.file}: ${first?.code ?? null}, not ${answer.codes.join(' or ')}`);
    }
    expect(failures.length).toBeGreaterThanOrEqual(176);
    expect(1 - misses.length / failures.length, misses.join('\n')).toBeGreaterThanOrEqual(0.97);
  });

  it('says nothing of a log that ended well', async () => {
    const alarms: string[] = [];
    for (const answer of benign) {
      for (const { code } of await said(answer)) alarms.push(`${answer.file}: ${code}`);
    }
    expect(benign.length).toBeGreaterThanOrEqual(26);
    expect(alarms).toEqual([]);
  });

  const evidence = async (text: string) =>
    (await diagnose([text])).map(({ code, evidence: { line } }) => `${code}:${line}`);

  it('proves a killed container with the answer, not with the question', async () => {
    const question = '$ docker inspect x --format "{{.State.OOMKilled}} {{.State.ExitCode}}"\n';
    expect(await evidence(`${question}true 137\n`)).toEqual(['container-oom-killed:2']);
    expect(await evidence(`${question}false 0\n`)).toEqual([]);
    expect(await evidence('true 137\n')).toEqual([]);
  });

  it('takes an interruption back only for a later prompt', async () => {
    const stopped = 'got prompt\nProcessing interrupted\nPrompt executed in 3.10 seconds\n';
    expect(await evidence(stopped)).toEqual(['workflow-interrupted:2']);
    expect(await evidence(`${stopped}got prompt\nPrompt executed in 70.20 seconds\n`)).toEqual([]);
  });

  it('takes a missing branch back only for a later checkout', async () => {
    const missing = "error: pathspec 'main' did not match any file(s) known to git\n";
    expect(await evidence(`Already on 'master'\n${missing}`)).toEqual(['git-ref-missing:2']);
    expect(await evidence(`${missing}Switched to branch 'master'\n`)).toEqual([]);
  });

  it('blames the hub for its own limit only', async () => {
    const limit = '429 Client Error: Too Many Requests for url: https://';
    expect(await evidence(`${limit}huggingface.co/a/b`)).toEqual(['hub-rate-limited:1']);
    expect(await evidence(`${limit}github.com/a/b/archive/x.zip`)).toEqual([
      'download-forbidden:1',
    ]);
  });

  it('offers to leave OpenMMLab out only for its packages', async () => {
    const fixes = async (name: string) => {
      const log = `ERROR: Could not build wheels for ${name}, which is required to install\n`;
      return (await diagnose([log]))[0]?.fixes.map(({ applies }) => applies);
    };
    expect(await fixes('mmcv')).toContain('pose-onnx');
    expect(await fixes('sparse-attn')).not.toContain('pose-onnx');
  });
});
