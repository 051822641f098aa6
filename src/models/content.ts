import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import type { Failure } from '../contract/failure.ts';
import { formatBytes } from '../text/format.ts';
import { modelsFailure } from './failures.ts';

/** The largest header that the safetensors format allows (safetensors README: 100 MB). */
const MOST_HEADER_BYTES = 100_000_000;

/**
 * What is wrong with the content of a file, as far as its format tells: for files whose hash nobody
 * knows. Null when it is what its name says, or of a format without a mark.
 */
export async function contentProblem(path: string, name: string): Promise<Failure | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = await read(file, 0, Math.min(size, 512));
    if (looksLikeHtml(head)) return wrong(name, 'is a web page');
    const ending = /\.([a-z0-9]+)(\.part)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
    switch (ending) {
      case 'safetensors':
        return await safetensorsProblem(file, size, head, name);
      case 'gguf':
        return head.toString('latin1', 0, 4) === 'GGUF' ? null : wrong(name, 'is no GGUF file');
      case 'onnx':
        return onnxProblem(head, name);
      case 'pt':
      case 'pth':
      case 'ckpt':
      case 'zip':
        return archiveProblem(head, ending, name);
      default:
        return size === 0 ? wrong(name, 'is empty') : null;
    }
  } finally {
    await file.close();
  }
}

export function looksLikeHtml(head: Buffer): boolean {
  return /^(\ufeff|\xef\xbb\xbf)?\s*<(!doctype html|html|head|\?xml[^>]*>\s*<!doctype html)/i.test(
    head.toString('latin1', 0, 256),
  );
}

const tensorSchema = z.looseObject({
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** Eight bytes of length, a JSON header, and tensors that together cover the rest of the file. */
async function safetensorsProblem(
  file: FileHandle,
  size: number,
  head: Buffer,
  name: string,
): Promise<Failure | null> {
  const length = head.length < 8 ? Number.NaN : Number(head.readBigUInt64LE(0));
  if (!(length >= 2 && length <= MOST_HEADER_BYTES)) return wrong(name, 'is no safetensors file');
  if (8 + length > size) return wrong(name, 'ends within its header');
  let header: unknown;
  try {
    header = JSON.parse((await read(file, 8, length)).toString('utf8'));
  } catch {
    return wrong(name, 'has a header that cannot be read');
  }
  const tensors = z.record(z.string(), z.unknown()).safeParse(header);
  if (!tensors.success) return wrong(name, 'has a header that cannot be read');
  let end = 0;
  for (const [key, value] of Object.entries(tensors.data)) {
    if (key === '__metadata__') continue;
    const tensor = tensorSchema.safeParse(value);
    if (!tensor.success) return wrong(name, 'has a header that cannot be read');
    end = Math.max(end, tensor.data.data_offsets[1]);
  }
  if (8 + length + end === size) return null;
  return wrong(
    name,
    `does not end where its header says: ${formatBytes(size)} of ${formatBytes(8 + length + end)}`,
  );
}

/** A protobuf message ModelProto (onnx.proto): it begins with its IR version, field 1, a varint. */
function onnxProblem(head: Buffer, name: string): Failure | null {
  const version = head[1] ?? 0;
  return head[0] === 0x08 && version > 0 && version < 0x40 ? null : wrong(name, 'is no ONNX file');
}

/** torch.save: a zip archive since torch 1.6, a pickle before; TorchScript is a zip archive. */
function archiveProblem(head: Buffer, ending: string, name: string): Failure | null {
  if (head.toString('latin1', 0, 4) === 'PK\u0003\u0004') return null;
  if (ending !== 'zip' && head[0] === 0x80 && (head[1] ?? 0) <= 5) return null;
  return wrong(name, ending === 'zip' ? 'is no zip archive' : 'is no PyTorch file');
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(buffer, at, length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer.subarray(0, at);
}

function wrong(name: string, what: string): Failure {
  return modelsFailure('models-content-wrong', `${name} ${what}.`, {
    proof: name,
    fixes: [{ label: 'Fetch it again; where it is the same again, its source is wrong' }],
  });
}
