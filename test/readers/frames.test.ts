import assert from 'node:assert/strict';
import { answerTags } from '../../lib/readers/frames/uhf-answer.ts';
import { crc16 } from '../../lib/readers/frames/crc16.ts';
import type { ReaderForm } from '../../lib/readers/forms/index.ts';
import { ascii, bytes, feed, onlyCard, openReader } from './support.ts';
import {
  ANSWER_COMMANDS,
  EM4100_FRAME,
  ID12_FRAME,
  MODULE_COMMAND,
  MODULE_NOTICE,
  RDM6300,
} from './vectors.ts';

function read(form: ReaderForm, frame: Uint8Array) {
  return feed(openReader(form), [frame]);
}

function moduleFrame(type: string, parameters: string, command = '22'): Uint8Array {
  const body = bytes(
    type + command + (parameters.length / 2).toString(16).padStart(4, '0') + parameters,
  );
  const sum = body.reduce((total, byte) => (total + byte) & 0xff, 0);
  return Uint8Array.of(0xbb, ...body, sum, 0x7e);
}

/** A frame of a length-prefixed UHF reader: address 00, then command, status and data. */
function answerFrame(hex: string): Uint8Array {
  const body = bytes(`00${hex}`);
  const head = Uint8Array.of(body.length + 2, ...body);
  const crc = crc16(head);
  return Uint8Array.of(...head, crc & 0xff, crc >> 8);
}

describe('RDM6300 and ID-12 frames', () => {
  for (const { tag, frame } of [RDM6300, ...RDM6300.others]) {
    it(`gives the tag ${tag}`, () => {
      const { readings, broken } = read({ kind: 'rdm6300', check: 'xor' }, bytes(frame));
      const card = onlyCard(readings);
      assert.equal(card.value, tag);
      assert.equal(card.report, tag);
      assert.equal(card.format, 'rdm6300');
      assert.equal(card.raw, frame);
      assert.deepEqual(broken, []);
    });
  }

  it('takes the 16 bytes of an ID-12', () => {
    const { readings } = read({ kind: 'id12', check: 'xor' }, bytes(ID12_FRAME));
    assert.equal(onlyCard(readings).value, RDM6300.tag);
  });

  it('takes the additive check where it is set, and hints at it where it is not', () => {
    const frame = ascii('\x022E00AF0EC9B4\x03');
    const sum = read({ kind: 'rdm6300', check: 'sum' }, frame);
    assert.equal(onlyCard(sum.readings).value, '2E00AF0EC9');
    const xor = read({ kind: 'rdm6300', check: 'xor' }, frame);
    assert.deepEqual(xor, { readings: [], broken: [{ reason: 'check', hint: 'checkIsSum' }] });
    const back = read({ kind: 'rdm6300', check: 'sum' }, bytes(RDM6300.frame));
    assert.deepEqual(back.broken, [{ reason: 'check', hint: 'checkIsXor' }]);
  });

  it('reads any check digits only where the check is switched off', () => {
    const frame = ascii('\x020A00B3C4D5FF\x03');
    assert.equal(
      onlyCard(read({ kind: 'rdm6300', check: 'none' }, frame).readings).value,
      RDM6300.tag,
    );
    assert.deepEqual(read({ kind: 'rdm6300', check: 'xor' }, frame).readings, []);
    assert.deepEqual(read({ kind: 'rdm6300', check: 'sum' }, frame).readings, []);
  });

  it('finds every single flipped bit of a frame', () => {
    const frame = bytes(RDM6300.frame);
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const values = read({ kind: 'rdm6300', check: 'xor' }, damaged).readings.map(
        ({ report }) => report,
      );
      assert.deepEqual(
        values.filter((value) => value !== RDM6300.tag),
        [],
        `bit ${bit}`,
      );
    }
  });
});

describe('EM4100 air frames', () => {
  it('give the tag', () => {
    const { readings } = read({ kind: 'em4100' }, bytes(EM4100_FRAME));
    assert.equal(onlyCard(readings).value, RDM6300.tag);
  });

  it('are refused with any single flipped bit', () => {
    const frame = bytes(EM4100_FRAME);
    for (let bit = 0; bit < 64; bit += 1) {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.deepEqual(read({ kind: 'em4100' }, damaged).readings, [], `bit ${bit}`);
    }
  });
});

describe('UHF module frames', () => {
  it('give EPC, signal strength and control word of a notice', () => {
    const card = onlyCard(read({ kind: 'uhfModule' }, bytes(MODULE_NOTICE)).readings);
    assert.equal(card.value, 'E20000172211014418905ED5');
    assert.deepEqual(card.signal, { rssi: 0xc9 - 256, pc: '3000' });
    assert.equal(card.format, 'epc');
  });

  it('are no read if they report no tag: a command, a version, an error', () => {
    const frames = [
      bytes(MODULE_COMMAND),
      moduleFrame('01', '00', '03'),
      moduleFrame('01', '15', 'FF'),
    ];
    for (const frame of frames) {
      assert.deepEqual(read({ kind: 'uhfModule' }, frame), { readings: [], broken: [] });
    }
  });

  it('are broken if the sum is wrong, or the control word names another length of EPC', () => {
    const damaged = bytes(MODULE_NOTICE);
    damaged[8] = 0;
    const check = read({ kind: 'uhfModule' }, damaged);
    assert.deepEqual(check, { readings: [], broken: [{ reason: 'check' }] });
    for (const parameters of ['C93800E20000172211014418905ED5ABCD', 'C90000ABCD', 'C9', '']) {
      const form = read({ kind: 'uhfModule' }, moduleFrame('02', parameters));
      assert.deepEqual(form, { readings: [], broken: [{ reason: 'form' }] }, parameters);
    }
  });

  it('are broken if the EPC is longer than a credential may be', () => {
    const epc = 'AB'.repeat(34);
    const frame = moduleFrame('02', `C98800${epc}ABCD`);
    assert.deepEqual(read({ kind: 'uhfModule' }, frame).broken, [{ reason: 'tooLong' }]);
  });
});

describe('length-prefixed UHF frames', () => {
  const epc = 'E20000172211014418905ED5';

  for (const command of ANSWER_COMMANDS) {
    it(`have the CRC of ${command}, which is a command and no read`, () => {
      const frame = bytes(command);
      const crc = crc16(frame.subarray(0, -2));
      assert.deepEqual([...frame.subarray(-2)], [crc & 0xff, crc >> 8]);
      assert.deepEqual(read({ kind: 'uhfAnswer', list: 'plain' }, frame), {
        readings: [],
        broken: [],
      });
    });
  }

  it('give every EPC of an inventory, with and without antenna', () => {
    const plain = answerFrame(`0101020C${epc}0411223344`);
    assert.deepEqual(
      read({ kind: 'uhfAnswer', list: 'plain' }, plain).readings.map((card) => card.report),
      [epc, '11223344'],
    );
    const antenna = read(
      { kind: 'uhfAnswer', list: 'antenna' },
      answerFrame(`010304020C${epc}5A041122334455`),
    );
    assert.deepEqual(
      antenna.readings.map(({ report, signal }) => ({ report, signal })),
      [
        { report: epc, signal: { antenna: 4, rssi: 0x5a } },
        { report: '11223344', signal: { antenna: 4, rssi: 0x55 } },
      ],
    );
  });

  it('give the EPC that a reader reports by itself', () => {
    const plain = read({ kind: 'uhfAnswer', list: 'plain' }, answerFrame(`EE00${epc}`));
    assert.equal(onlyCard(plain.readings).value, epc);
    const antenna = read({ kind: 'uhfAnswer', list: 'antenna' }, answerFrame(`EE00010C${epc}40`));
    assert.equal(onlyCard(antenna.readings).value, epc);
  });

  it('are no read without a tag: empty inventory, heartbeat, other commands', () => {
    for (const hex of ['010100', '01FB', 'EE2800', '210001020304']) {
      const fed = read({ kind: 'uhfAnswer', list: 'plain' }, answerFrame(hex));
      assert.deepEqual(fed, { readings: [], broken: [] }, hex);
    }
  });

  it('are broken if the list does not add up or the CRC is wrong', () => {
    for (const hex of [`0101020C${epc}`, `0101010D${epc}`, '01010100', `0101010C${epc}00`]) {
      const fed = read({ kind: 'uhfAnswer', list: 'plain' }, answerFrame(hex));
      assert.deepEqual(fed, { readings: [], broken: [{ reason: 'form' }] }, hex);
    }
    const damaged = answerFrame(`EE00${epc}`);
    damaged[7] = 0x55;
    assert.deepEqual(read({ kind: 'uhfAnswer', list: 'plain' }, damaged), {
      readings: [],
      broken: [{ reason: 'check' }],
    });
  });

  it('do not read beyond their end', () => {
    assert.deepEqual(answerTags(answerFrame('01'), 'plain'), []);
    assert.equal(answerTags(answerFrame('EE0001'), 'antenna')?.length, 0);
  });
});

describe('PC/SC answers', () => {
  const read4 = (hex: string) =>
    feed(openReader({ kind: 'pcsc' }, { delivery: 'whole' }), [bytes(hex)]);

  it('give UIDs of 4, 7 and 10 bytes', () => {
    for (const uid of ['DEADBEEF', '04A1B2C3D4E5F6', '01020304050607080910']) {
      assert.equal(onlyCard(read4(`${uid}9000`).readings).value, uid);
    }
  });

  it('flag a random UID and pass over none', () => {
    assert.equal(onlyCard(read4('08ADBEEF9000').readings).randomUid, true);
    assert.equal(onlyCard(read4('DEADBE089000').readings).randomUid, undefined);
    assert.equal(onlyCard(read4('08A1B2C3D4E5F69000').readings).randomUid, undefined);
  });

  it('are refused with the errors of a reader, of other lengths, and without status', () => {
    assert.deepEqual(read4('6300').broken, [
      { reason: 'refused', detail: 'the reader answered 6300' },
    ]);
    assert.equal(read4('6A81').broken[0]?.reason, 'refused');
    assert.equal(read4('DEADBEEF6A81').readings.length, 0);
    assert.equal(read4('DEADBE9000').broken[0]?.reason, 'length');
    assert.equal(read4('90').broken[0]?.reason, 'tooShort');
  });
});
