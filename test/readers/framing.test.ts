import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ReaderForm } from '../../lib/readers/forms/index.ts';
import { ScanCutter } from '../../lib/readers/framing/scan-cutter.ts';
import { tagScanner } from '../../lib/readers/frames/rdm6300.ts';
import { ascii, bytes, cuts, feed, joined, openReader, split, valuesOf } from './support.ts';
import { EM4100_FRAME, ID12_FRAME, MODULE_NOTICE, RDM6300 } from './vectors.ts';

/** Each form with streams of good frames, so that what comes out is known. */
const FORMS: { name: string; form: ReaderForm; frames: readonly Uint8Array[]; checked: boolean }[] =
  [
    {
      name: 'rdm6300',
      form: { kind: 'rdm6300', check: 'xor' },
      frames: [RDM6300.frame, ...RDM6300.others.map(({ frame }) => frame)].map(bytes),
      checked: true,
    },
    {
      name: 'id12',
      form: { kind: 'id12', check: 'xor' },
      frames: [bytes(ID12_FRAME)],
      checked: true,
    },
    { name: 'em4100', form: { kind: 'em4100' }, frames: [bytes(EM4100_FRAME)], checked: true },
    {
      name: 'uhfModule',
      form: { kind: 'uhfModule' },
      frames: [bytes(MODULE_NOTICE)],
      checked: true,
    },
    {
      name: 'uhfAnswer',
      form: { kind: 'uhfAnswer', list: 'plain' },
      frames: [bytes('1100ee00112233445566778899aabbcc4111')],
      checked: true,
    },
    {
      name: 'decimal lines',
      form: { kind: 'number', notation: 'decimal', end: 'any' },
      frames: [ascii('0011781333\r\n'), ascii('4022250974\r')],
      checked: false,
    },
    {
      name: 'lines with CR LF',
      form: { kind: 'number', notation: 'hex', end: 'crlf' },
      frames: [ascii('0A00B3C4D5\r\n'), ascii('DEADBEEF\r\n')],
      checked: false,
    },
    {
      name: 'Wiegand lines',
      form: { kind: 'wiegand', formats: ['H10301'], keypad: {} },
      frames: ['10111101110110010011011101\n', '0001\n0010\n0011\n0100\n1011\n'].map(ascii),
      checked: false,
    },
    {
      name: 'QR lines',
      form: { kind: 'qr', end: 'cr' },
      frames: [new TextEncoder().encode(']Q1Größe 漢字 🎫\r'), ascii('VISIT-1\r')],
      checked: false,
    },
    {
      name: 'keypad bytes',
      form: { kind: 'keypad', code: '8bit' },
      frames: [bytes('E1D2C3B44B'), bytes('96A55A96A596A54B')],
      checked: false,
    },
    {
      name: 'terminal lines',
      form: { kind: 'terminal' },
      frames: [
        ascii('{"type":"card","value":"DEADBEEF"}\n'),
        ascii('{"type":"qr","value":"A"}\r\n'),
      ],
      checked: false,
    },
  ];

const stream = (frames: readonly Uint8Array[]) =>
  fc
    .array(fc.constantFrom(...frames), { minLength: 1, maxLength: 8 })
    .map((list) => joined(...list));

describe('any split of a stream', () => {
  for (const { name, form, frames } of FORMS) {
    it(`gives the same reads: ${name}`, () => {
      for (const frame of frames) assert.equal(feed(openReader(form), [frame]).readings.length, 1);
      fc.assert(
        fc.property(stream(frames), cuts, (whole, places) => {
          const expected = feed(openReader(form), [whole]);
          const fed = feed(openReader(form), split(whole, places));
          assert.deepEqual(valuesOf(fed.readings), valuesOf(expected.readings));
          assert.equal(fed.broken.length, 0);
        }),
      );
    });

    it(`gives the same reads and the same broken frames of a damaged one: ${name}`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.oneof(fc.constantFrom(...frames), fc.uint8Array({ maxLength: 30 }))),
          cuts,
          (parts, places) => {
            const whole = joined(...parts);
            const expected = feed(openReader(form), [whole]);
            const fed = feed(openReader(form), split(whole, places));
            assert.deepEqual(valuesOf(fed.readings), valuesOf(expected.readings));
            assert.deepEqual(fed.broken, expected.broken);
          },
        ),
      );
    });
  }
});

/** A check of 16 bits lets noise pass once in 65,536 times: the same noise in every run. */
const SAME_NOISE = { seed: 20_240_601 };

describe('noise between frames', () => {
  for (const { name, form, frames } of FORMS.filter(({ checked }) => checked)) {
    it(`loses no good frame: ${name}`, () => {
      const noise = fc.uint8Array({ maxLength: 40 });
      fc.assert(
        fc.property(
          noise,
          fc.constantFrom(...frames),
          noise,
          cuts,
          (before, frame, after, places) => {
            const [wanted] = valuesOf(feed(openReader(form), [frame]).readings);
            const fed = feed(openReader(form), split(joined(before, frame, after), places));
            assert.ok(wanted !== undefined && valuesOf(fed.readings).includes(wanted));
          },
        ),
        SAME_NOISE,
      );
    });
  }

  it('is counted once for a run of it, and a damaged frame once', () => {
    const good = bytes(RDM6300.frame);
    const damaged = good.with(3, 0x41);
    const form = { kind: 'rdm6300', check: 'xor' } as const;
    const reasons = (...parts: Uint8Array[]) =>
      feed(openReader(form), [joined(...parts)]).broken.map(({ reason }) => reason);
    assert.deepEqual(reasons(bytes('FFFFFFFF'), good), ['noise']);
    assert.deepEqual(reasons(damaged, good, damaged, damaged), ['check', 'check', 'check']);
    assert.deepEqual(reasons(good.subarray(0, 7), good), ['form']);
    assert.deepEqual(reasons(bytes('FF'), good, bytes('FF')), ['noise', 'noise']);
    assert.deepEqual(reasons(good.subarray(0, 7)), ['incomplete']);
  });

  it('of the right length in the place of a length does not hide the frame after it', () => {
    const frame = bytes('1100ee00112233445566778899aabbcc4111');
    const fed = feed(openReader({ kind: 'uhfAnswer', list: 'plain' }), [bytes('f0'), frame]);
    assert.deepEqual(valuesOf(fed.readings), ['112233445566778899AABBCC']);
    assert.deepEqual(fed.broken, [{ reason: 'incomplete' }]);
  });
});

describe('silence', () => {
  const form = { kind: 'rdm6300', check: 'xor' } as const;
  const frame = bytes(RDM6300.frame);

  it('ends a frame that was begun, at the idle time and not before', () => {
    const reader = openReader(form, { idleTime: 100 });
    reader.push(frame.subarray(0, 6), 1000);
    assert.equal(reader.deadline, 1100);
    assert.deepEqual(reader.idle(1099.9), { readings: [], broken: [] });
    assert.deepEqual(reader.idle(1100), { readings: [], broken: [{ reason: 'incomplete' }] });
    assert.equal(reader.deadline, undefined);
    assert.equal(reader.push(frame.subarray(6), 1101).readings.length, 0);
  });

  it('counts from the last byte, and is noticed by the next one as well', () => {
    const reader = openReader(form, { idleTime: 100 });
    reader.push(frame.subarray(0, 6), 0);
    reader.push(frame.subarray(6, 8), 90);
    assert.equal(reader.push(frame.subarray(8), 180).readings.length, 1);
    reader.push(frame.subarray(0, 6), 500);
    const late = reader.push(frame.subarray(6), 700);
    assert.deepEqual(late.readings, []);
    assert.equal(late.broken[0]?.reason, 'incomplete');
  });

  it('parts a keyboard reader from a human who types', () => {
    const wedge = openReader({ kind: 'number', notation: 'decimal', end: 'any' }, { idleTime: 50 });
    const typed = Array.from('0011781333\r', (key, index) => wedge.push(key, index * 120));
    assert.deepEqual(
      typed.flatMap(({ readings }) => readings),
      [],
    );
    const scanned = Array.from('0011781333\r', (key, index) => wedge.push(key, 9000 + index * 5));
    assert.deepEqual(valuesOf(scanned.flatMap(({ readings }) => readings)), ['00B3C4D5']);
  });

  it('ends a line that has no end mark where that is set', () => {
    const reader = openReader({ kind: 'qr', end: 'none' }, { idleTime: 30 });
    assert.deepEqual(reader.push('VISIT', 0).readings, []);
    assert.deepEqual(reader.push('-1', 10).readings, []);
    assert.deepEqual(valuesOf(reader.idle(40).readings), ['VISIT-1']);
  });

  it('of a reset forgets everything: no old byte becomes part of a read', () => {
    const reader = openReader(form);
    reader.push(frame.subarray(0, 6), 0);
    reader.reset();
    assert.equal(reader.deadline, undefined);
    assert.deepEqual(reader.push(frame.subarray(6), 1).readings, []);
    assert.equal(reader.push(frame, 1).readings.length, 1);
  });
});

describe('a flood without a frame', () => {
  it('is not held', () => {
    const cutter = new ScanCutter(tagScanner('rdm6300', 'xor'));
    for (let round = 0; round < 50; round += 1) cutter.push(new Uint8Array(100_000).fill(0x55));
    assert.equal(cutter.pending, false);
    cutter.push(new Uint8Array(100_000).fill(0x02));
    assert.equal(cutter.finish().length, 1);
  });
});
