import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const BYTES_PER_ID = 10;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds since 1970 UTC, then 74 random bits. Used for records,
 * attempts, decisions and commands, so that ids sort by time.
 */
export function uuidv7(now: number = Date.now()): string {
  if (used + BYTES_PER_ID > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = (index: number): string => HEX[pool[used + index] ?? 0] ?? '00';
  const time = Math.max(0, Math.trunc(now)).toString(16).padStart(12, '0').slice(-12);
  const version = `7${byte(0).charAt(1)}${byte(1)}`;
  const variant = HEX[((pool[used + 2] ?? 0) & 0x3f) | 0x80] ?? '80';
  const id = `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}${byte(3)}-${byte(4)}${byte(5)}${byte(6)}${byte(7)}${byte(8)}${byte(9)}`;
  used += BYTES_PER_ID;
  return id;
}
