import type { Signal } from '../reading.ts';

/** One tag that a UHF reader saw: its EPC, and what the reader says about the contact. */
export interface TagReport {
  epc: Uint8Array;
  signal?: Signal;
}
