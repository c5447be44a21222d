import Type, { type Static, type TSchema } from 'typebox';
import type { CredentialType } from '../../model/credential.ts';
import { checkedConfig } from '../config.ts';
import { CONVERSION_IDS } from '../conversion.ts';
import type { Cutter } from '../framing/framer.ts';
import type { PinEntry } from '../keypad/pin-entry.ts';
import type { Decoded } from '../reading.ts';

/** What a reader of one form is made of: how its stream is cut into frames, and what a frame says. */
export interface Source {
  /** The credential types that may come out. */
  yields: readonly CredentialType[];
  cutter: Cutter;
  /** What a whole frame says: nothing, one thing or several. `now` is monotonic, in milliseconds. */
  decode(frame: Uint8Array, now: number): Decoded[];
  /** The same for a reader that hands over objects instead of bytes. */
  decodeObject?(object: object, now: number): Decoded[];
  /** Keys that are being typed. */
  entry?: PinEntry;
}

/** A kind of reader: the schema of its settings and how to open it. */
export interface Form<S extends TSchema = TSchema> {
  schema: S;
  /** Throws `CONFIG_INVALID` naming what is wrong. */
  open(settings: unknown): Source;
}

export function defineForm<S extends TSchema>(
  schema: S,
  open: (settings: Static<S>) => Source,
): Form<S> {
  const settingsOf = checkedConfig(schema, 'reader form');
  return { schema, open: (settings) => open(settingsOf(settings)) };
}

/** The setting that makes different readers say the same number. */
export const ConversionSetting = Type.Optional(Type.Enum(CONVERSION_IDS));

/** Fixed text around what a reader sends. */
export const AffixSettings = {
  prefix: Type.Optional(Type.String({ maxLength: 32 })),
  suffix: Type.Optional(Type.String({ maxLength: 32 })),
} as const;
