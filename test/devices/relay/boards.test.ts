import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crc16, hasValidCrc, withCrc } from '../../../lib/devices/relay/crc.ts';
import {
  MODBUS_BOARDS,
  addressOf,
  timerValue,
  type ModbusBoard,
} from '../../../lib/devices/relay/modbus-boards.ts';
import {
  ReportScanner,
  SERIAL_BOARDS,
  queryFrame,
  switchFrame,
  type SerialBoard,
  type SerialBoardName,
} from '../../../lib/devices/relay/serial-boards.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const hex = (buffer: Uint8Array | undefined): string | undefined =>
  buffer &&
  Buffer.from(buffer)
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$& ');

describe('CRC-16/MODBUS', () => {
  it('has the published check value', () => {
    assert.equal(crc16(Buffer.from('123456789')), 0x4b37);
  });

  for (const frame of [
    '01 05 00 00 FF 00 8C 3A',
    '01 05 00 00 00 00 CD CA',
    '01 02 00 00 00 04 79 C9',
    '01 05 02 00 00 07 8D B0',
  ]) {
    it(`fits the frame ${frame}`, () => {
      assert.equal(hex(withCrc(bytes(frame).subarray(0, -2))), frame);
      assert.ok(hasValidCrc(bytes(frame)));
    });
  }

  it('finds every change of one byte', () => {
    const frame = bytes('01 05 00 00 FF 00 8C 3A');
    for (let i = 0; i < frame.length; i++) {
      for (let flip = 1; flip < 256; flip++) {
        const broken = Buffer.from(frame);
        broken[i] = (broken[i] ?? 0) ^ flip;
        assert.ok(!hasValidCrc(broken));
      }
    }
  });
});

describe('serial relay boards', () => {
  const table: [SerialBoardName, number, string, string, string | undefined][] = [
    ['lcus', 1, 'A0 01 01 A2', 'A0 01 00 A1', undefined],
    ['lcus', 2, 'A0 02 01 A3', 'A0 02 00 A2', undefined],
    ['lcusFeedback', 1, 'A0 01 03 A4', 'A0 01 02 A3', 'A0 01 05 A6'],
    ['kmtronic', 1, 'FF 01 01', 'FF 01 00', 'FF 01 03'],
    ['kmtronic8', 8, 'FF 08 01', 'FF 08 00', undefined],
    [
      'modbusCoil',
      1,
      '01 05 00 00 FF 00 8C 3A',
      '01 05 00 00 00 00 CD CA',
      '01 01 00 00 00 01 FD CA',
    ],
    [
      'modbusRegister',
      1,
      '01 06 00 01 01 00 D9 9A',
      '01 06 00 01 02 00 D9 6A',
      '01 03 00 01 00 01 D5 CA',
    ],
  ];
  for (const [name, channel, on, off, query] of table) {
    it(`${name}, channel ${channel}: frames`, () => {
      const output = { board: SERIAL_BOARDS[name], channel, unit: 1 };
      assert.equal(hex(switchFrame(output, true)), on);
      assert.equal(hex(switchFrame(output, false)), off);
      assert.equal(hex(queryFrame(output)), query);
    });
  }

  it('every frame of every channel differs from every other', () => {
    for (const board of Object.values<SerialBoard>(SERIAL_BOARDS)) {
      const frames = new Set<string | undefined>();
      for (let channel = 1; channel <= board.channels; channel++) {
        for (const on of [true, false]) {
          frames.add(hex(switchFrame({ board, channel, unit: 1 }, on)));
        }
      }
      assert.equal(frames.size, board.channels * 2);
    }
  });

  it('read the state of their own channel and of no other', () => {
    const scanner = new ReportScanner({ board: SERIAL_BOARDS.lcusFeedback, channel: 2, unit: 1 });
    assert.equal(scanner.push(bytes('A0 01 01 A2')), undefined);
    assert.equal(scanner.push(bytes('A0 02 01 A3')), true);
    assert.equal(scanner.push(bytes('A0 02 00 A2')), false);
    assert.equal(scanner.push(bytes('A0 02 01 A2')), undefined, 'a wrong sum is no report');
  });

  it('say nothing where the board has no answer', () => {
    const scanner = new ReportScanner({ board: SERIAL_BOARDS.lcus, channel: 1, unit: 1 });
    assert.equal(scanner.push(bytes('A0 01 01 A2')), undefined);
  });

  it('read the same state however the bytes are split, with noise in between', () => {
    const boards = [SERIAL_BOARDS.lcusFeedback, SERIAL_BOARDS.kmtronic, SERIAL_BOARDS.modbusCoil];
    const report = ({ reports, check }: (typeof boards)[number], on: boolean): Buffer => {
      const parts = (on ? reports.on : reports.off).map((part) =>
        typeof part === 'number' ? part : 1,
      );
      if (check === 'crc16') return withCrc(Buffer.from(parts));
      const sum = parts.reduce<number>((total, part) => total + part, 0) & 0xff;
      return Buffer.from(check === 'sum' ? [...parts, sum] : parts);
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...boards),
        fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ min: 0x10, max: 0x9f, maxLength: 5 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
        (board, reports, sizes) => {
          const stream = Buffer.concat(
            reports.flatMap(([on, noise]): Uint8Array[] => [report(board, on), noise]),
          );
          const scanner = new ReportScanner({ board, channel: 1, unit: 1 });
          let last: boolean | undefined;
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            last = scanner.push(stream.subarray(at, at + size)) ?? last;
            at += size;
          }
          assert.equal(last, reports.at(-1)?.[0]);
        },
      ),
    );
  });
});

describe('modbus boards', () => {
  it('count channels from 1', () => {
    assert.equal(addressOf(MODBUS_BOARDS.coil, 1), 0);
    assert.equal(addressOf(MODBUS_BOARDS.registerCommand, 8), 8);
  });

  it('let the board end a pulse, and never too early', () => {
    assert.equal(timerValue(MODBUS_BOARDS.coilTimer, 700), 7);
    assert.equal(timerValue(MODBUS_BOARDS.coilTimer, 701), 8);
    assert.equal(timerValue(MODBUS_BOARDS.registerCommand, 2500), 0x0603);
  });

  it('leave a pulse to us that the board cannot time', () => {
    const boards: ModbusBoard[] = [MODBUS_BOARDS.coil, MODBUS_BOARDS.register];
    for (const board of boards) assert.equal(timerValue(board, 1000), undefined);
    assert.equal(timerValue(MODBUS_BOARDS.registerCommand, 256_000), undefined);
  });
});
