import type { Cutter, Frame } from './framer.ts';

/** Every byte is a frame, as from a keypad that sends one byte for each key. */
export const byteCutter: Cutter = {
  pending: false,
  push: (chunk) => Array.from(chunk, (byte): Frame => ({ bytes: Uint8Array.of(byte) })),
  finish: () => [],
  reset: () => undefined,
};
