import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { createLimiter } from './limiter.ts';

const scryptAsync = promisify<
  string,
  Uint8Array,
  number,
  { N: number; r: number; p: number },
  Buffer
>(scrypt);

/** 16 MiB and about 40 ms a PIN on a small gateway: slow for a thief, short for a person at a door. */
const COST = { N: 2 ** 14, r: 8, p: 1 };
const FORMAT = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** A person who stands at a door must not wait behind an import, so the two never share a lane. */
const checking = createLimiter(2);
const importing = createLimiter(1);

/** The slow salted hash of a PIN (D4): format byte, salt, scrypt hash. */
export async function hashPin(pin: string): Promise<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await importing(() => scryptAsync(pin, salt, HASH_BYTES, COST));
  return Buffer.concat([Buffer.of(FORMAT), salt, hash]);
}

/** Whether the PIN fits the hash, compared in constant time. */
export async function verifyPin(pin: string, stored: Uint8Array): Promise<boolean> {
  if (stored[0] !== FORMAT || stored.length !== 1 + SALT_BYTES + HASH_BYTES) return false;
  const salt = stored.subarray(1, 1 + SALT_BYTES);
  const hash = await checking(() => scryptAsync(pin, salt, HASH_BYTES, COST));
  return timingSafeEqual(hash, stored.subarray(1 + SALT_BYTES));
}

/** Takes as long as `verifyPin`, so that an unknown person cannot be told from a wrong PIN (T-04). */
export async function verifyNothing(pin: string): Promise<false> {
  const salt = randomBytes(SALT_BYTES);
  await checking(() => scryptAsync(pin, salt, HASH_BYTES, COST));
  return false;
}

/** What people choose first, besides runs, repetitions and years. */
const COMMON = new Set([
  '0852',
  '1004',
  '1122',
  '1342',
  '1357',
  '2468',
  '2580',
  '9630',
  '100200',
  '112233',
  '123321',
  '147258',
  '147852',
  '159357',
  '159753',
  '246810',
  '258456',
  '789456',
]);

/** Why a PIN is too easy to guess; undefined if it is not. */
export function pinWeakness(pin: string): string | undefined {
  if (COMMON.has(pin)) return 'is one of the most common PINs';
  if (/^(\d{1,4})\1+$/.test(pin)) return 'repeats itself';
  if (isRun(pin)) return 'is a run of digits';
  if (/^(?:19\d\d|20[0-3]\d)$/.test(pin)) return 'looks like a year of birth';
  return undefined;
}

/** Each digit one more, or each one less, than the digit before; 9 and 0 are neighbours. */
function isRun(pin: string): boolean {
  const steps = new Set<number>();
  for (let index = 1; index < pin.length; index += 1) {
    steps.add((Number(pin[index]) - Number(pin[index - 1]) + 10) % 10);
  }
  return steps.size === 1 && (steps.has(1) || steps.has(9));
}
