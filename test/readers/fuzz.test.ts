import assert from 'node:assert/strict';
import { CREDENTIAL_FORMS } from '../../lib/model/credential.ts';
import { isAccessError } from '../../lib/model/errors.ts';
import type { ReaderForm } from '../../lib/readers/forms/index.ts';
import type { Reading } from '../../lib/readers/reading.ts';
import { learn } from '../../lib/readers/learn/learn.ts';
import { canonicalFromPrinted } from '../../lib/readers/printed.ts';
import { parseDeviceJson } from '../../lib/readers/terminal/json.ts';
import { issueToken } from '../../lib/readers/token/issue.ts';
import { createTokenKeys } from '../../lib/readers/token/keys.ts';
import { parseToken, signedText } from '../../lib/readers/token/token.ts';
import { decodeFrame } from '../../lib/readers/wiegand/codec.ts';
import { WIEGAND_FORMATS } from '../../lib/readers/wiegand/formats.ts';
import { compileLayout } from '../../lib/readers/wiegand/layout.ts';
import { Random } from './random.ts';
import { ascii, bytes, openReader } from './support.ts';
import { EM4100_FRAME, ID12_FRAME, MODULE_NOTICE, RDM6300, WIEGAND_VECTORS } from './vectors.ts';

/** Repeat a run with `FUZZ_SEED=…`. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 32);
const INPUTS = 100_000;

function assertValue(reading: Reading): void {
  if (reading.type === 'qr') {
    assert.ok(Array.from(reading.value).length <= 256 && !/\p{C}/u.test(reading.value));
    return;
  }
  const value = reading.type === 'pin' ? reading.secret.reveal() : reading.value;
  assert.match(value, CREDENTIAL_FORMS[reading.type].pattern);
}

/** Checks of frames, written again in the plainest way. */
const xorHolds = (raw: string): boolean => {
  const digits = Buffer.from(raw, 'hex').toString('latin1').slice(1, 13);
  return bytes(digits).reduce((all, byte) => all ^ byte, 0) === 0;
};
const sumHolds = (raw: string): boolean => {
  const frame = [...bytes(raw)];
  return frame.slice(1, -2).reduce((all, byte) => all + byte, 0) % 256 === frame.at(-2);
};
const crcHolds = (raw: string): boolean => {
  let crc = 0xffff;
  for (const byte of bytes(raw)) {
    for (let bit = 0; bit < 8; bit += 1) {
      const one = ((crc ^ (byte >> bit)) & 1) === 1;
      crc = one ? (crc >> 1) ^ 0x8408 : crc >> 1;
    }
  }
  return crc === 0;
};
const columnsHold = (raw: string): boolean => {
  const bits = BigInt(`0x${raw}`).toString(2).slice(9, 64);
  const even = (group: string) => (group.match(/1/g)?.length ?? 0) % 2 === 0;
  const rows = bits.slice(0, 50).match(/.{5}/g) ?? [];
  const column = (at: number) => rows.map((row) => row[at]).join('') + (bits[50 + at] ?? '');
  return rows.every(even) && [0, 1, 2, 3].every((at) => even(column(at)));
};

const CASES: [string, ReaderForm, readonly Uint8Array[], ((raw: string) => boolean)?][] = [
  ['rdm6300', { kind: 'rdm6300', check: 'xor' }, [bytes(RDM6300.frame)], xorHolds],
  ['id12', { kind: 'id12', check: 'xor' }, [bytes(ID12_FRAME)], xorHolds],
  ['em4100', { kind: 'em4100' }, [bytes(EM4100_FRAME)], columnsHold],
  ['uhfModule', { kind: 'uhfModule' }, [bytes(MODULE_NOTICE)], sumHolds],
  [
    'uhfAnswer, plain',
    { kind: 'uhfAnswer', list: 'plain' },
    [bytes('1100ee00112233445566778899aabbcc4111')],
    crcHolds,
  ],
  [
    'uhfAnswer, antenna',
    { kind: 'uhfAnswer', list: 'antenna' },
    [bytes('1400ee00010c112233445566778899aabbcc403258')],
    crcHolds,
  ],
  ['number', { kind: 'number', notation: 'hex', end: 'any' }, ['0A00B3C4D5\r\n', '\t'].map(ascii)],
  ['3+5', { kind: 'number', notation: 'threeFive', end: 'crlf' }, [ascii('179,50389\r\n')]],
  ['qr', { kind: 'qr', end: 'cr', prefix: '>' }, [ascii(']Q1>GW1:hq:a:b:cccccccccccccccc\r')]],
  ['pcsc', { kind: 'pcsc' }, ['DEADBEEF9000', '6300', '04A1B2C3D4E5F69000'].map(bytes)],
  ['keypad', { kind: 'keypad', code: '8bit' }, [bytes('E1D2C3B44B'), bytes('96A55A')]],
  [
    'wiegand',
    { kind: 'wiegand', formats: ['H10301', 'RAW34', 'C1000-48'], keypad: {} },
    [...WIEGAND_VECTORS.map(({ bits }) => `${bits}\n`), '0001\n', '1011\n'].map(ascii),
  ],
  [
    'terminal',
    { kind: 'terminal' },
    [
      ascii('{"type":"card","value":"DEADBEEF","time":1760000000000}\n'),
      ascii('{"type":"pin","value":"4711","__proto__":{"x":[[[[]]]]}}\n'),
    ],
  ],
];

describe(`100,000 damaged inputs (FUZZ_SEED=${SEED})`, function () {
  this.timeout(60_000);

  for (const [name, form, samples, holds] of CASES) {
    it(`crash no reader and make no read that fails its check: ${name}`, () => {
      const random = new Random(SEED);
      const whole = openReader(form, { delivery: 'whole' });
      const stream = openReader(form);
      let readings = 0;
      for (let now = 0; now < INPUTS; now += 1) {
        const input = random.mutated(samples);
        const reader = now % 2 === 0 ? whole : stream;
        for (const reading of reader.push(input, now * random.below(60)).readings) {
          readings += 1;
          assertValue(reading);
          if (holds) assert.ok(holds(reading.raw), reading.raw);
        }
      }
      assert.ok(readings > 0, 'the undamaged ones are read');
    });
  }

  it('make no Wiegand card that does not encode back', () => {
    const random = new Random(SEED);
    const layouts = [...WIEGAND_FORMATS.values()];
    let cards = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      const { length = 26 } = layouts[random.below(layouts.length)] ?? {};
      const size = random.below(20) === 0 ? random.below(64) : length;
      const bits = Array.from({ length: size }, () => random.below(2)).join('');
      const decoded = decodeFrame(bits, layouts);
      if ('broken' in decoded) continue;
      cards += 1;
      const { layout } = decoded.card;
      for (const { bit, odd, over } of layout.parity) {
        const ones = [bit, ...over].filter((at) => bits[at] === '1').length;
        assert.equal(ones % 2, odd ? 1 : 0);
      }
    }
    assert.ok(cards > 0);
  });

  it('crash no parser of tokens, and none parses that is not spelled as it would be made', () => {
    const random = new Random(SEED);
    const { signing } = createTokenKeys('hmac');
    const request = { site: 'hq', accessPoints: ['a 1', 'b'], credential: 'K7', life: 30 };
    const sample = ascii(issueToken(request, signing, 1_760_000_000_000));
    let parsed = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      const text = Buffer.from(random.mutated([sample])).toString('latin1');
      const token = parseToken(text);
      if (token === undefined) continue;
      parsed += 1;
      assert.ok(text.length <= 256);
      assert.equal(`${token.signed}:${token.signature}`, text);
      assert.equal(decodeURIComponent(signedText(token.claims)), decodeURIComponent(token.signed));
    }
    assert.ok(parsed > 0);
  });

  it('crash no parser of JSON', () => {
    const random = new Random(SEED);
    const samples = ['{"a":[1,{"b":null}],"c":"\\u0041"}', '[[[[[[[[0]]]]]]]]', '{"__proto__":1}'];
    for (let index = 0; index < INPUTS; index += 1) {
      const text = Buffer.from(random.mutated(samples.map(ascii))).toString('latin1');
      const parsed = parseDeviceJson(text);
      if ('value' in parsed) assert.deepEqual(JSON.parse(text), parsed.value);
    }
  });

  it('crash no parser of printed numbers: a value of the form, or a coded error', () => {
    const random = new Random(SEED);
    const samples = ['123,45678', '0011781333', 'DE:AD:BE:EF', '179 50389'].map(ascii);
    const forms = [
      { as: 'decimal' },
      { as: 'hex' },
      { as: 'threeFive' },
      { as: 'wiegand', format: 'H10301' },
    ] as const;
    for (let index = 0; index < INPUTS; index += 1) {
      const text = Buffer.from(random.mutated(samples)).toString('latin1');
      try {
        const value = canonicalFromPrinted(text, forms[index % forms.length] ?? forms[0]);
        assert.match(value, CREDENTIAL_FORMS.card.pattern);
      } catch (error) {
        assert.ok(isAccessError(error) && error.code === 'INPUT_INVALID', String(error));
      }
    }
  });

  it('crash no check of layouts (20,000 of them): a layout that works, or a coded error', () => {
    const random = new Random(SEED);
    const sample = JSON.stringify({
      id: 'x',
      length: 26,
      fields: [{ name: 'card', bits: [[10, 25]] }],
      parity: [{ bit: 26, kind: 'odd', over: [[14, 25]] }],
    });
    for (let index = 0; index < INPUTS / 5; index += 1) {
      const text = Buffer.from(random.mutated([ascii(sample)])).toString('latin1');
      const parsed = parseDeviceJson(text);
      if ('broken' in parsed) continue;
      try {
        const layout = compileLayout(parsed.value);
        assert.ok(layout.length <= 256 && layout.fields.length > 0);
      } catch (error) {
        assert.ok(isAccessError(error) && error.code === 'CONFIG_INVALID', String(error));
      }
    }
  });

  it('crash no learn mode (1,000 of them: it tries every form)', () => {
    const random = new Random(SEED);
    const samples = [bytes(RDM6300.frame), bytes(MODULE_NOTICE), ascii('0011781333\r\n')];
    for (let index = 0; index < 1000; index += 1) {
      const printed = Buffer.from(random.mutated([ascii('0011781333')])).toString('latin1');
      for (const { value } of learn([{ raw: random.mutated(samples), printed }])) {
        assert.match(value, CREDENTIAL_FORMS.card.pattern);
      }
    }
  });
});
