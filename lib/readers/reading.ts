import type { CredentialType } from '../model/credential.ts';
import type { Secret } from './secret.ts';

/**
 * Why something that came from a reader is not a read.
 *
 * - `noise`: bytes that belong to no frame; many of them hint at a wrong speed or a wrong form
 * - `incomplete`: a frame began and the line fell silent
 * - `form`: the frame or text is not built as its form says
 * - `check`: the checksum does not fit
 * - `parity`: a Wiegand or EM4100 parity bit does not fit
 * - `length`: a Wiegand frame or UID of a length that nobody configured
 * - `tooLong`, `tooShort`: outside the limits of the form or of the credential type
 * - `refused`: the reader itself reports a failed read
 */
export const BROKEN_REASONS = [
  'noise',
  'incomplete',
  'form',
  'check',
  'parity',
  'length',
  'tooLong',
  'tooShort',
  'refused',
] as const;
export type BrokenReason = (typeof BROKEN_REASONS)[number];

/** What an integrator should look at: swapped Wiegand wires, or the wrong kind of check in the settings. */
export const HINTS = ['swappedWires', 'checkIsXor', 'checkIsSum'] as const;
export type Hint = (typeof HINTS)[number];

/** Something that is not a read, counted and shown, never acted on. It never holds what was read. */
export interface Broken {
  reason: BrokenReason;
  hint?: Hint;
  /** What exactly is wrong, in plain English, where the reason alone does not say it. */
  detail?: string;
}

/** What a radio reader says about the contact. */
export interface Signal {
  /** Signal strength in dBm, if the reader's figure is one; else its bare number, 0 to 255. */
  rssi?: number;
  /** Protocol control word of the tag, four hexadecimal digits. */
  pc?: string;
  antenna?: number;
}

interface ReadingBase {
  /** The form in which it came: `H10301`, `rdm6300`, `qr`. */
  format: string;
  /** The frame as received, in hexadecimal or as text; masked if it holds a secret. */
  raw: string;
  /** The number as the reader reported it, before its conversion, in hexadecimal. */
  report?: string;
  /** The number as it is usually printed on the card, for example `123,45678`. */
  printed?: string;
  /** The UID is a random one (first byte 08): it changes with each contact and must not be enrolled. */
  randomUid?: true;
  signal?: Signal;
  /** Name of the reader, if a terminal told it. */
  reader?: string;
  /** When the terminal says it was read, milliseconds since 1970 UTC. */
  time?: number;
}

/** A credential whose value may be shown. */
export interface OpenReading extends ReadingBase {
  type: Exclude<CredentialType, 'pin'>;
  /** The canonical value, in the form that `CREDENTIAL_FORMS` gives for the type; QR text to 256 characters. */
  value: string;
}

/** A PIN: its digits exist only behind `secret`. */
export interface SecretReading extends ReadingBase {
  type: 'pin';
  secret: Secret;
}

/** One credential that a reader reported, whole and checked as far as its form has a check. */
export type Reading = OpenReading | SecretReading;

export type Decoded = { reading: Reading } | { broken: Broken };

export function broken(
  reason: BrokenReason,
  more: Omit<Broken, 'reason'> = {},
): { broken: Broken } {
  return { broken: { reason, ...more } };
}
