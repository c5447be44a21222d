import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AccessError } from '../../lib/model/errors.ts';
import type { ErrorCode } from '../../lib/model/errors.ts';
import { createReader } from '../../lib/readers/reader.ts';
import type { Reader, ReaderConfig } from '../../lib/readers/reader.ts';
import type { CompiledLayout } from '../../lib/readers/wiegand/layout.ts';
import type { Broken, OpenReading, Reading } from '../../lib/readers/reading.ts';

export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A reader without repeat filter, so that each frame counts. */
export function openReader(form: ReaderConfig['form'], more: Partial<ReaderConfig> = {}): Reader {
  return createReader({ form, repeatWindow: 0, ...more });
}

export interface Fed {
  readings: Reading[];
  broken: Broken[];
}

/** Everything that comes out of the chunks, all at one time, and of the silence after them. */
export function feed(
  reader: Reader,
  chunks: readonly (Uint8Array | string)[],
  silence = true,
): Fed {
  const outputs = chunks.map((chunk) => reader.push(chunk, 0));
  if (silence) outputs.push(reader.idle(60_000));
  return {
    readings: outputs.flatMap((output) => output.readings),
    broken: outputs.flatMap((output) => output.broken),
  };
}

/** The values of what came out; a PIN in the clear. */
export function valuesOf(readings: readonly Reading[]): string[] {
  return readings.map((reading) =>
    reading.type === 'pin' ? reading.secret.reveal() : reading.value,
  );
}

export function onlyCard(readings: readonly Reading[]): OpenReading {
  assert.equal(readings.length, 1);
  const [reading] = readings;
  assert.ok(reading?.type === 'card');
  return reading;
}

/** Cuts bytes at the given places. */
export function split(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...places];
  return starts.map((start, index) => stream.subarray(start, starts[index + 1]));
}

export const cuts = fc.array(fc.nat(), { maxLength: 40 });

export function throwsCode(code: ErrorCode, run: () => unknown, message?: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof AccessError, String(error));
    assert.equal(error.code, code);
    if (message) assert.match(error.message, message);
    return true;
  });
}

/** A bit string with one bit turned. */
export function flip(bits: string, at: number): string {
  return bits.slice(0, at) + (bits.charAt(at) === '1' ? '0' : '1') + bits.slice(at + 1);
}

/** Any fields that fit a layout. */
export function fieldsOf(layout: CompiledLayout): fc.Arbitrary<Record<string, bigint>> {
  const entries = layout.fields.map(({ name, bits }) => [
    name,
    fc.bigInt({ min: 0n, max: (1n << BigInt(bits.length)) - 1n }),
  ]);
  return fc.record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<bigint>>);
}
