/** One field of a message: its number, and a number (wire type 0) or bytes (1, 2 and 5). */
export interface Field {
  number: number;
  wire: number;
  value: bigint | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The fields of a Protocol Buffers message in their order. Throws a RangeError if it is cut off or damaged. */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  const cursor = new Cursor(message);
  while (cursor.hasMore) {
    const key = Number(cursor.varint());
    const wire = key & 7;
    fields.push({ number: key >>> 3, wire, value: cursor.value(wire) });
  }
  return fields;
}

/** Writes fields as one message; the inverse of `readFields`. */
export function writeFields(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { number, wire, value } of fields) {
    parts.push(varint(BigInt((number << 3) | wire)));
    if (typeof value === 'bigint') parts.push(varint(value));
    else if (wire === BYTES) parts.push(varint(BigInt(value.length)), value);
    else parts.push(value);
  }
  return Buffer.concat(parts);
}

export function numberField(number: number, value: number): Field {
  return { number, wire: VARINT, value: BigInt.asUintN(64, BigInt(value)) };
}

export function bytesField(number: number, value: Uint8Array | string | readonly Field[]): Field {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return {
    number,
    wire: BYTES,
    value: bytes instanceof Uint8Array ? bytes : writeFields(bytes),
  };
}

export function floatField(number: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return { number, wire: FIXED32, value: bytes };
}

class Cursor {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#position < this.#bytes.length;
  }

  value(wire: number): bigint | Uint8Array {
    switch (wire) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return this.#take(8);
      case BYTES:
        return this.#take(Number(this.varint()));
      case FIXED32:
        return this.#take(4);
      default:
        throw new RangeError(`wire type ${wire} does not exist`);
    }
  }

  varint(): bigint {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#take(1)[0] ?? 0;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
    throw new RangeError('a number does not end');
  }

  #take(length: number): Uint8Array {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError('the message is cut off');
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
