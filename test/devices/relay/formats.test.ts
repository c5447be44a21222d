import assert from 'node:assert/strict';
import {
  outputMessage,
  reportReader,
  type OutputFormat,
  type ReportMessage,
} from '../../../lib/devices/relay/formats.ts';
import { MODBUS_BOARDS } from '../../../lib/devices/relay/modbus-boards.ts';
import { SERIAL_BOARDS } from '../../../lib/devices/relay/serial-boards.ts';

const COIL: OutputFormat = { kind: 'modbus', board: MODBUS_BOARDS.coil, channel: 3, unit: 7 };
const REGISTER: OutputFormat = { ...COIL, board: MODBUS_BOARDS.registerCommand };
const SERIAL: OutputFormat = {
  kind: 'serial',
  board: SERIAL_BOARDS.lcusFeedback,
  channel: 1,
  unit: 1,
};
const HTTP: OutputFormat = {
  kind: 'http',
  method: 'POST',
  on: { url: 'http://board/relay/0', payload: '{"on":true}' },
  off: { url: 'http://board/relay/0?turn=off' },
};
const MQTT: OutputFormat = { kind: 'mqtt', topic: 'cmnd/door/POWER', on: 'ON', off: 'OFF' };

describe('messages to a relay board', () => {
  it('are a plain boolean', () => {
    assert.deepEqual(outputMessage({ kind: 'boolean' }, true), { payload: true });
    assert.deepEqual(outputMessage({ kind: 'boolean' }, false), { payload: false });
  });

  it('are what modbus-flex-write takes, for a coil', () => {
    assert.deepEqual(outputMessage(COIL, true), {
      payload: { value: true, fc: 5, unitid: 7, address: 2, quantity: 1 },
    });
  });

  it('are what modbus-flex-write takes, for a register', () => {
    assert.deepEqual(outputMessage(REGISTER, true), {
      payload: { value: 0x0100, fc: 6, unitid: 7, address: 3, quantity: 1 },
    });
    assert.deepEqual(outputMessage(REGISTER, false), {
      payload: { value: 0x0200, fc: 6, unitid: 7, address: 3, quantity: 1 },
    });
  });

  it('are bytes for a serial board', () => {
    assert.deepEqual(outputMessage(SERIAL, true), { payload: Buffer.from('a00103a4', 'hex') });
  });

  it('are an HTTP request', () => {
    assert.deepEqual(outputMessage(HTTP, true), {
      method: 'POST',
      url: 'http://board/relay/0',
      payload: '{"on":true}',
    });
    assert.deepEqual(outputMessage(HTTP, false), {
      method: 'POST',
      url: 'http://board/relay/0?turn=off',
      payload: '',
    });
  });

  it('are an MQTT message that is never retained', () => {
    for (const on of [true, false]) {
      assert.deepEqual(outputMessage(MQTT, on), {
        topic: 'cmnd/door/POWER',
        payload: on ? 'ON' : 'OFF',
        qos: 1,
        retain: false,
      });
    }
  });
});

describe('messages from a relay board', () => {
  const read = (format: OutputFormat, message: ReportMessage): boolean | undefined =>
    reportReader(format)(message);

  it('are plain words and numbers', () => {
    for (const payload of [true, 1, '1', 'ON', 'on', ' true\n', Buffer.from('ON')]) {
      assert.equal(read(MQTT, { payload }), true, String(payload));
    }
    for (const payload of [false, 0, '0', 'OFF', 'off', 'false', Buffer.from('off')]) {
      assert.equal(read(MQTT, { payload }), false, String(payload));
    }
  });

  it('mean nothing where they are anything else', () => {
    const formats: OutputFormat[] = [MQTT, HTTP, COIL, SERIAL];
    for (const payload of [undefined, null, '', 2, -1, 'opening', {}, { on: true }, Symbol('on')]) {
      for (const format of formats) assert.equal(read(format, { payload }), undefined);
    }
  });

  it('mean nothing if they were retained', () => {
    assert.equal(read(MQTT, { payload: 'ON', retain: true }), undefined);
  });

  it('are the bits that modbus-read has read, found by the address', () => {
    const payload = [true, false, true, false, false, false, false, false];
    const input = { payload: { fc: 1, unitid: 7, address: 0, quantity: 8 } };
    assert.equal(read(COIL, { payload, input }), true, 'channel 3 is the third of those from 0');
    assert.equal(read(COIL, { payload, input: { payload: { address: 1 } } }), false);
    assert.equal(read(COIL, { payload, input: { payload: { address: '2' } } }), true);
    assert.equal(read(COIL, { payload, input: { payload: { address: 3 } } }), undefined);
    assert.equal(read(COIL, { payload: [false] }), false, 'one bit without a request is ours');
  });

  it('are registers by their value', () => {
    const input = { payload: { address: 1 } };
    assert.equal(read(REGISTER, { payload: [0, 0, 1], input }), true);
    assert.equal(read(REGISTER, { payload: [1, 1, 0], input }), false);
    assert.equal(read(REGISTER, { payload: ['x'], input: undefined }), undefined);
  });

  it('are not the echo of a write', () => {
    const echo = { payload: { address: 2, state: true }, values: { value: true } };
    assert.equal(read(COIL, echo), undefined);
  });

  it('are frames of a serial board, over several messages', () => {
    const reader = reportReader(SERIAL);
    assert.equal(reader({ payload: Buffer.from('a001', 'hex') }), undefined);
    assert.equal(reader({ payload: Buffer.from('01a2', 'hex') }), true);
  });
});
