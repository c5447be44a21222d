import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDeviceJson } from '../../lib/readers/terminal/json.ts';
import { feed, onlyCard, openReader, valuesOf } from './support.ts';

const open = () => openReader({ kind: 'terminal' });

function reasonOf(text: string): string | undefined {
  const { readings, broken } = feed(open(), [`${text}\n`]);
  assert.deepEqual(readings, []);
  assert.equal(broken.length, 1);
  return broken[0]?.reason;
}

describe('messages of a terminal', () => {
  it('are a line of JSON or an object, with reader and time', () => {
    const message = { type: 'card', value: 'de:ad:be:ef', reader: 'north', time: 1760000000000 };
    for (const input of [`${JSON.stringify(message)}\n`, message]) {
      const card = onlyCard(open().push(input, 0).readings);
      assert.equal(card.value, 'DEADBEEF');
      assert.equal(card.format, 'terminal');
      assert.equal(card.reader, 'north');
      assert.equal(card.time, 1760000000000);
    }
  });

  it('may be of every credential type, each in its form', () => {
    const cases: [string, string, string][] = [
      ['card', '04a1b2c3d4e5f6', '04A1B2C3D4E5F6'],
      ['qr', ']Q1VISIT', 'VISIT'],
      ['pin', '4711', '4711'],
      ['bluetooth', '0a0b', '0A0B'],
      ['plate', 'b-gw 4711', 'BGW4711'],
      ['face', 'tpl-17', 'tpl-17'],
      ['fingerprint', 'tpl-18', 'tpl-18'],
    ];
    for (const [type, value, expected] of cases) {
      const { readings, broken } = open().push({ type, value }, 0);
      assert.deepEqual(broken, []);
      assert.equal(readings[0]?.type, type);
      assert.deepEqual(valuesOf(readings), [expected]);
      if (type === 'pin') assert.doesNotMatch(JSON.stringify(readings), /4711/);
    }
  });

  it('get the byte order of the site', () => {
    const reader = openReader({ kind: 'terminal', conversion: 'reversed' });
    assert.equal(
      onlyCard(reader.push({ type: 'card', value: 'EFBEAD08' }, 0).readings).value,
      '08ADBEEF',
    );
    const again = reader.push({ type: 'card', value: 'EFBEAD08' }, 0).readings;
    assert.equal(onlyCard(again).randomUid, true);
  });

  it('are broken if the value is not one of its type, without telling the value', () => {
    const wrong: [string, string][] = [
      ['card', 'DEADBE'],
      ['card', 'DEADBEEF0'],
      ['card', 'AB'.repeat(33)],
      ['pin', '123'],
      ['pin', '123456789'],
      ['pin', '12a4'],
      ['plate', '!'],
      ['face', 'a b'],
      ['bluetooth', 'XY'],
      ['qr', 'a\u0000b'],
      ['qr', 'x'.repeat(257)],
    ];
    for (const [type, value] of wrong) {
      const { readings, broken } = open().push({ type, value }, 0);
      assert.deepEqual(readings, [], `${type} ${value}`);
      assert.equal(JSON.stringify(broken).includes(value), false);
    }
  });

  it('are refused by a closed schema', () => {
    const card = { type: 'card', value: 'DEADBEEF' };
    const wrong: unknown[] = [
      {},
      [],
      [card],
      { ...card, granted: true },
      { ...card, constructor: 1 },
      { ...card, type: 'relay' },
      { ...card, type: ['card'] },
      { ...card, value: 3735928559 },
      { ...card, value: '' },
      { ...card, value: 'A'.repeat(513) },
      { ...card, reader: 'a\nb' },
      { ...card, reader: 'x'.repeat(65) },
      { ...card, time: -1 },
      { ...card, time: 1.5 },
      { ...card, time: '2026-01-01' },
      { ...card, time: 1e300 },
      { ...card, time: Number.NaN },
      { ...card, time: Infinity },
      JSON.parse('{"type":"card","value":"DEADBEEF","__proto__":{"a":1}}'),
      Object.create(card),
      new Map(Object.entries(card)),
    ];
    for (const message of wrong) {
      const { readings, broken } = open().push(message, 0);
      assert.deepEqual(readings, [], JSON.stringify(message));
      assert.equal(broken[0]?.reason, 'form');
    }
  });

  it('tell a fault in a short, printable sentence', () => {
    const message = { type: 'card', value: 'DEADBEEF', [`x\u0000\n${'y'.repeat(5000)}`]: 1 };
    const detail = open().push(message, 0).broken[0]?.detail ?? '';
    assert.ok(detail.length > 0 && detail.length <= 120);
    assert.doesNotMatch(detail, /\p{C}/u);
  });
});

describe('JSON of a device', () => {
  it('is refused with a key __proto__ at any depth, however it is written', () => {
    for (const text of [
      '{"__proto__":{"type":"card"},"type":"card","value":"DEADBEEF"}',
      '{"\\u005f_proto__":1,"type":"card","value":"DEADBEEF"}',
      '[{"a":{"__proto__":1}}]',
    ]) {
      assert.deepEqual(parseDeviceJson(text), {
        broken: { reason: 'form', detail: 'a forbidden key' },
      });
      assert.equal(reasonOf(text), 'form');
    }
    assert.equal(({} as Record<string, unknown>).type, undefined);
  });

  it('may be 8 levels deep and no more, and nesting cannot exhaust the stack', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    assert.ok('value' in parseDeviceJson(nested(8)));
    assert.ok('broken' in parseDeviceJson(nested(9)));
    assert.equal(reasonOf(nested(32_000)), 'form');
    assert.equal(reasonOf('['.repeat(65_000)), 'form');
    assert.equal(reasonOf('{"a":'.repeat(13_000)), 'form');
  });

  it('may be 64 KiB long and no longer', () => {
    const text = (length: number) => `"${'x'.repeat(length - 2)}"`;
    assert.ok('value' in parseDeviceJson(text(65_536)));
    assert.deepEqual(parseDeviceJson(text(65_537)), { broken: { reason: 'tooLong' } });
    assert.deepEqual(parseDeviceJson('"é'.padEnd(40_000, 'é') + '"'), {
      broken: { reason: 'tooLong' },
    });
    assert.equal(reasonOf('x'.repeat(100_000)), 'tooLong');
  });

  it('is refused if it is none, or ends early, or holds what no message holds', () => {
    const corpus = [
      'null',
      'true',
      '1e999',
      '"text"',
      '{',
      '{"type":"card"',
      '{"type":"card","value":"DEADBEEF"}}',
      "{'type':'card'}",
      '{"type":"card","value":"DEADBEEF","time":1e999}',
      `{"type":"card","value":"DEADBEEF","time":${'9'.repeat(400)}}`,
      '{"type":"card","value":"DEAD\u0000BEEF"}',
      '{"type":"qr","value":"\\u0000"}',
      '{"type":"qr","value":"\\ud800"}',
      'undefined',
      'NaN',
      '\ufeff\ufeff{}',
    ];
    for (const text of corpus) assert.equal(reasonOf(text), 'form', text);
  });

  it('never makes a read of anything but a valid message', () => {
    const known = ['type', 'value', 'reader', 'time'];
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        for (const reading of feed(open(), [`${text}\n`]).readings) {
          const message = JSON.parse(text) as object;
          assert.deepEqual(
            Object.keys(message).filter((key) => !known.includes(key)),
            [],
          );
          assert.ok(reading.format === 'terminal');
        }
      }),
    );
  });
});
