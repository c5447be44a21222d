import { broken } from '../reading.ts';
import type { Broken } from '../reading.ts';

const STATUS_BYTES = 2;
const SUCCESS = 0x9000;
/** Sizes of a UID as ISO/IEC 14443-3 has them. */
const UID_SIZES: readonly number[] = [4, 7, 10];

/** The UID in the answer of a PC/SC reader to `FF CA 00 00 00`: the UID, then the status 90 00. */
export function uidOf(answer: Uint8Array): { uid: Uint8Array } | { broken: Broken } {
  if (answer.length < STATUS_BYTES) return broken('tooShort');
  const status = ((answer.at(-2) ?? 0) << 8) | (answer.at(-1) ?? 0);
  if (status !== SUCCESS) {
    return broken('refused', { detail: `the reader answered ${status.toString(16)}` });
  }
  const uid = answer.slice(0, -STATUS_BYTES);
  return UID_SIZES.includes(uid.length) ? { uid } : broken('length');
}
