import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface TinyWheel {
  /** File name, as the index lists it. */
  file: string;
  name: string;
  version: string;
  bytes: Buffer;
  sha256: string;
}

/**
 * A wheel of a few lines of Python.
 * @param files path in the wheel → source
 * @param file another name for the file, as flash-attn's releases have
 */
export function tinyWheel(
  name: string,
  version: string,
  files: Record<string, string>,
  file = `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`,
): TinyWheel {
  const info = `${name.replaceAll('-', '_')}-${version}.dist-info`;
  const tag = file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3)
    .join('-');
  const contents: Record<string, string> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
  };
  contents[`${info}/RECORD`] = [...Object.keys(contents), `${info}/RECORD`]
    .map((path) => `${path},,\n`)
    .join('');
  const bytes = zip(contents);
  return { file, name, version, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** An uncompressed ZIP with no dates: the same files give the same bytes. */
function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(16);
    // Unix, a readable file.
    entry.writeUInt32LE((0o100644 << 16) >>> 0, 8);
    entry.writeUInt32LE(offset, 12);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, entry.subarray(2), name);
    parts.push(Buffer.from('PK\x03\x04'), common, name, data);
    offset += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
