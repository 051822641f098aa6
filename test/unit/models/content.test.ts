import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { contentProblem } from '../../../src/models/content.ts';

const folder = mkdtempSync(join(tmpdir(), 'sd-content-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function problem(name: string, content: Buffer | string): Promise<string | null> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return (await contentProblem(path, name))?.details.sentence ?? null;
}

function safetensors(tensorBytes: number, claimed = tensorBytes): Buffer {
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { format: 'pt' },
      w: { dtype: 'F8_E4M3', shape: [claimed], data_offsets: [0, claimed] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(tensorBytes)]);
}

describe('content of a file whose hash nobody knows', () => {
  test.each([
    ['a.safetensors', safetensors(64)],
    ['a.gguf', Buffer.from('GGUF\u0003\0\0\0')],
    ['a.onnx', Buffer.from([0x08, 0x08, 0x12, 0x07])],
    ['a.torchscript.pt', Buffer.from('PK\u0003\u0004rest')],
    ['old.pth', Buffer.from([0x80, 0x02, 0x8a])],
    ['vitpose_h_wholebody_data.bin', Buffer.from('anything')],
  ])('%s is good', async (name, content) => {
    expect(await problem(name, content)).toBeNull();
  });
  test.each([
    ['short.safetensors', safetensors(32, 64), 'does not end where its header says'],
    ['long.safetensors', safetensors(65, 64), 'does not end where its header says'],
    ['tiny.safetensors', Buffer.from('abc'), 'is no safetensors file'],
    ['big-header.safetensors', Buffer.alloc(16, 0xff), 'is no safetensors file'],
    ['cut.safetensors', safetensors(64).subarray(0, 20), 'ends within its header'],
    ['b.gguf', Buffer.from('GGML'), 'is no GGUF file'],
    ['b.onnx', Buffer.from('PK\u0003\u0004'), 'is no ONNX file'],
    ['b.pt', Buffer.from('hello'), 'is no PyTorch file'],
    ['b.bin', Buffer.alloc(0), 'is empty'],
    ['page.bin', '\n<!DOCTYPE html><html>', 'is a web page'],
    ['page.gguf', '<html lang="en">', 'is a web page'],
  ])('%s is refused', async (name, content, words) => {
    expect(await problem(name, content)).toContain(words);
  });
});
