/** Bytes as upper-case hexadecimal digits, most significant first. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex').toUpperCase();
}

/** The bytes of an even number of hexadecimal digits; the caller has checked the digits. */
export function bytesOfHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** A number, 0 or more, as bytes, most significant first, filled with zeros to at least `minimum` bytes. */
export function bytesOfNumber(value: bigint, minimum: number): Uint8Array {
  const digits = value.toString(16);
  const width = Math.max(minimum * 2, digits.length + (digits.length % 2));
  return bytesOfHex(digits.padStart(width, '0'));
}

/** A string of `0` and `1` as bytes, aligned to the right: eleven bits make two bytes. */
export function bytesOfBits(bits: string): Uint8Array {
  return bytesOfNumber(BigInt(`0b${bits}`), Math.ceil(bits.length / 8));
}

/** Bytes as a string of `0` and `1`, most significant bit first. */
export function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
}

export function concatBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
