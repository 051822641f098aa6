/**
 * As much of protobuf's wire format as BuildKit's status messages need
 * (protobuf.dev/programming-guides/encoding): varints and length-delimited fields. Fixed-size and
 * unknown fields are skipped, so that later versions of the messages can be read.
 */
export type Field =
  | { number: number; kind: 'varint'; value: bigint }
  | { number: number; kind: 'bytes'; value: Uint8Array };

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The fields of one message in the order in which they stand. @throws RangeError on a cut message. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) throw new RangeError('the message ends inside a number');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number of more than ten bytes');
  };
  const take = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError('the message ends inside a field');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    switch (key & 7) {
      case VARINT:
        yield { number, kind: 'varint', value: varint() };
        break;
      case BYTES:
        yield { number, kind: 'bytes', value: take(Number(varint())) };
        break;
      case FIXED64:
        take(8);
        break;
      case FIXED32:
        take(4);
        break;
      default:
        throw new RangeError(`a field of the unknown wire type ${key & 7}`);
    }
  }
}

const decoder = new TextDecoder('utf-8');

/** The fields of a message by number, for readers that want one or all of a number. */
export class Message {
  readonly #fields = new Map<number, Field[]>();

  constructor(bytes: Uint8Array) {
    for (const field of fieldsOf(bytes)) {
      const same = this.#fields.get(field.number);
      if (same) same.push(field);
      else this.#fields.set(field.number, [field]);
    }
  }

  all(number: number): Uint8Array[] {
    return (this.#fields.get(number) ?? []).flatMap((f) => (f.kind === 'bytes' ? [f.value] : []));
  }

  bytes(number: number): Uint8Array | undefined {
    return this.all(number).at(-1);
  }

  text(number: number): string {
    const bytes = this.bytes(number);
    return bytes ? decoder.decode(bytes) : '';
  }

  texts(number: number): string[] {
    return this.all(number).map((bytes) => decoder.decode(bytes));
  }

  /** An int64 or bool; 0 when it is not there, as proto3 has it. */
  number(number: number): number {
    const last = this.#fields.get(number)?.at(-1);
    return last?.kind === 'varint' ? Number(BigInt.asIntN(64, last.value)) : 0;
  }
}
