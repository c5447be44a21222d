import assert from 'node:assert/strict';
import { CREDENTIAL_TYPES } from '../../lib/model/credential.ts';
import { FORMS } from '../../lib/readers/forms/index.ts';
import type { ReaderForm } from '../../lib/readers/forms/index.ts';
import { PRESETS } from '../../lib/readers/presets.ts';
import { createReader } from '../../lib/readers/reader.ts';
import { bytes, onlyCard, openReader, throwsCode } from './support.ts';
import { RDM6300 } from './vectors.ts';

const H10301: ReaderForm = { kind: 'wiegand', formats: ['H10301'] };
const FRAME = '10111101110110010011011101';

describe('a reader', () => {
  it('takes a Wiegand frame as text and as each kind of object', () => {
    const inputs = [
      `${FRAME}\n`,
      { bits: FRAME },
      { hex: '2F764DD', length: 26 },
      { bytes: [0xbd, 0xd9, 0x37, 0x40], length: 26 },
      { bytes: bytes('BDD93740'), length: 26 },
      { bytes: Buffer.from('BDD93740', 'hex'), length: 26 },
    ];
    for (const input of inputs) {
      const card = onlyCard(openReader(H10301).push(input, 0).readings);
      assert.deepEqual(card, {
        type: 'card',
        value: '007BB26E',
        report: '7BB26E',
        format: 'H10301',
        raw: FRAME,
        printed: '123,45678',
      });
    }
  });

  it('shows swapped wires and unknown lengths', () => {
    const reader = openReader(H10301);
    const inverted = FRAME.replace(/./g, (bit) => (bit === '1' ? '0' : '1'));
    assert.deepEqual(reader.push({ bits: inverted }, 0).broken, [
      { reason: 'parity', hint: 'swappedWires' },
    ]);
    assert.deepEqual(reader.push({ bits: FRAME.slice(1) }, 0).broken, [
      { reason: 'length', detail: '25 bits' },
    ]);
    assert.deepEqual(reader.tally, {
      readings: 0,
      repeats: 0,
      broken: 2,
      lastBroken: { reason: 'length', detail: '25 bits' },
    });
  });

  it('counts an object that is no frame as broken', () => {
    const wrong: object[] = [
      {},
      [],
      { bits: 'x' },
      { bits: FRAME, extra: 1 },
      { hex: '2F764DD' },
      { hex: '2F764DD', length: 0 },
      { hex: 'FFFFFFFF', length: 26 },
      { bytes: [1, 2, 3, 256], length: 26 },
      { bytes: [1, 2, 3], length: 26 },
      { bytes: new Uint8Array(1000), length: 26 },
    ];
    for (const input of wrong) {
      const { readings, broken } = openReader(H10301).push(input, 0);
      assert.deepEqual([readings.length, broken], [0, [{ reason: 'form' }]], JSON.stringify(input));
    }
  });

  it('throws for an input of a kind that it never takes', () => {
    for (const input of [null, undefined, 42, true]) {
      throwsCode(
        'INPUT_INVALID',
        () => openReader(H10301).push(input, 0),
        /takes no input of type/,
      );
    }
    const serial = openReader({ kind: 'rdm6300', check: 'xor' });
    throwsCode('INPUT_INVALID', () => serial.push({ bits: FRAME }, 0), /type object/);
  });

  it('uses an own layout beside the common ones', () => {
    const own = {
      id: 'site-32',
      length: 32,
      fields: [{ name: 'card', bits: [[1, 32]] }],
      parity: [],
    };
    const reader = createReader({ form: { kind: 'wiegand', formats: ['H10301', own] } });
    assert.equal(
      onlyCard(reader.push({ hex: 'DEADBEEF', length: 32 }, 0).readings).format,
      'site-32',
    );
    assert.equal(onlyCard(reader.push({ bits: FRAME }, 0).readings).format, 'H10301');
  });

  it('drops an input longer than any reader sends, with what was begun before it', () => {
    const forms: ReaderForm[] = [
      H10301,
      { kind: 'keypad', code: 'ascii' },
      { kind: 'qr', end: 'none' },
      { kind: 'rdm6300', check: 'xor' },
      { kind: 'terminal' },
    ];
    for (const form of forms) {
      const reader = openReader(form);
      for (const input of ['1'.repeat(131_073), new Uint8Array(2_000_000).fill(0x0a)]) {
        reader.push('1', 0);
        assert.deepEqual(reader.push(input, 0), { readings: [], broken: [{ reason: 'tooLong' }] });
      }
      assert.doesNotThrow(() => reader.push('1'.repeat(131_072), 0));
    }
  });

  it('converts what it reads', () => {
    const reader = openReader({ kind: 'rdm6300', check: 'xor', conversion: 'last4' });
    const card = onlyCard(reader.push(bytes(RDM6300.frame), 0).readings);
    assert.deepEqual([card.value, card.report], ['00B3C4D5', RDM6300.tag]);
  });
});

describe('the settings of a reader', () => {
  it('are refused with a sentence that names the fault', () => {
    const form = { kind: 'rdm6300', check: 'xor' };
    const cases: [unknown, RegExp][] = [
      [undefined, /^reader/],
      [{}, /^reader/],
      [{ form: null }, /form\.kind/],
      [{ form: {} }, /form\.kind/],
      [{ form: { kind: 'nfc' } }, /no such kind/],
      [{ form: { kind: 'constructor' } }, /no such kind/],
      [{ form: { kind: 'rdm6300' } }, /check/],
      [{ form: { ...form, check: 'crc' } }, /reader form\.check/],
      [{ form: { ...form, conversion: 'upsideDown' } }, /reader form\.conversion/],
      [{ form: { ...form, unknown: 1 } }, /unknown/],
      [{ form, repeatWindow: -1 }, /reader\.repeatWindow/],
      [{ form, idleTime: 5 }, /reader\.idleTime/],
      [{ form, delivery: 'packets' }, /reader\.delivery/],
      [{ form: { kind: 'wiegand', formats: [] } }, /reader form\.formats/],
      [{ form: { kind: 'wiegand', formats: ['H99999'] } }, /no Wiegand format "H99999"/],
      [{ form: { kind: 'number', notation: 'roman', end: 'any' } }, /notation/],
      [{ form: { kind: 'keypad', code: '8bit', pin: { maxDigits: 3 } } }, /pin\.maxDigits/],
    ];
    for (const [config, message] of cases) {
      throwsCode('CONFIG_INVALID', () => createReader(config), message);
    }
  });
});

describe('presets', () => {
  it('have ids of their own and open', () => {
    assert.equal(new Set(PRESETS.map(({ id }) => id)).size, PRESETS.length);
    for (const { config } of PRESETS) {
      const { yields } = createReader(config);
      assert.ok(yields.length > 0 && yields.every((type) => CREDENTIAL_TYPES.includes(type)));
    }
  });

  it('cover every kind of reader', () => {
    const kinds = new Set<string>(PRESETS.map(({ config }) => config.form.kind));
    assert.deepEqual([...kinds].sort(), Object.keys(FORMS).sort());
  });
});
