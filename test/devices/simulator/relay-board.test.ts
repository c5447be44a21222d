import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import fc from 'fast-check';
import { ModbusTcpServer } from '../../../lib/devices/simulator/modbus-server.ts';
import { SimulatedRelayBoard, type Edge } from '../../../lib/devices/simulator/relay-board.ts';
import { FakeTime, settle } from '../fake-time.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('simulated relay board', () => {
  let time: FakeTime;
  let board: SimulatedRelayBoard;

  beforeEach(() => {
    time = new FakeTime();
    board = new SimulatedRelayBoard({ clock: time, timers: time });
  });

  async function ask(request: string): Promise<string | undefined> {
    const { pdu } = await board.serve(bytes(request));
    return pdu?.toString('hex');
  }

  it('switches a coil, echoes the request and reads it back', async () => {
    assert.equal(await ask('05 0002 FF00'), '050002ff00');
    assert.equal(board.output(3), true);
    assert.equal(await ask('01 0000 0008'), '010104');
    assert.equal(await ask('05 0002 0000'), '0500020000');
    assert.equal(await ask('01 0002 0001'), '010100');
  });

  it('switches several coils at once', async () => {
    assert.equal(await ask('0F 0000 0008 01 A5'), '0f00000008');
    assert.equal(await ask('01 0000 0008'), '0101a5');
  });

  it('reads inputs', async () => {
    board.setInput(2, true);
    assert.equal(await ask('02 0000 0004'), '020102');
  });

  it('ends a timed pulse by itself', async () => {
    assert.equal(await ask('05 0200 0007'), '0502000007');
    assert.equal(board.output(1), true);
    await time.advance(699);
    assert.equal(board.output(1), true);
    await time.advance(1);
    assert.equal(board.output(1), false);
    assert.equal(time.pending, 0);
  });

  it('a plain write takes the place of a timed pulse', async () => {
    await ask('05 0200 0007');
    await ask('05 0000 FF00');
    await time.advance(1000);
    assert.equal(board.output(1), true);
  });

  it('refuses what it does not have', async () => {
    assert.equal(await ask('05 0008 FF00'), '8502', 'no such coil');
    assert.equal(await ask('01 0007 0002'), '8102', 'half outside');
    assert.equal(await ask('01 0000 0000'), '8103', 'nothing asked');
    assert.equal(await ask('03 0000 0001'), '8301', 'no registers');
    assert.equal(await ask('05 00'), '8503', 'cut short');
    assert.equal(await ask(''), '8003');
  });

  it('tells every edge, and keeps them', async () => {
    const seen: Edge[] = [];
    const end = board.onEdge((edge) => seen.push(edge));
    await ask('05 0000 FF00');
    await ask('05 0000 FF00');
    await time.advance(500);
    await ask('05 0000 0000');
    end();
    await ask('05 0000 FF00');
    assert.deepEqual(seen, [
      { channel: 1, on: true, at: 0 },
      { channel: 1, on: false, at: 500 },
    ]);
    assert.equal(board.history.length, 3);
  });

  it('serves all that queued up when it thaws, in order', async () => {
    board.freeze();
    const on = ask('05 0000 FF00');
    const off = ask('05 0000 0000');
    await time.advance(38_000);
    assert.equal(board.history.length, 0);
    board.thaw();
    await Promise.all([on, off]);
    assert.deepEqual(
      board.history.map((edge) => edge.on),
      [true, false],
    );
  });

  it('takes its time for each request', async () => {
    board.delay = 100;
    const both = [ask('05 0000 FF00'), ask('05 0000 0000')];
    await time.advance(300);
    await Promise.all(both);
    assert.deepEqual(
      board.history.map(({ at }) => at),
      [100, 200],
    );
  });

  it('loses requests, loses answers, ignores writes and breaks connections', async () => {
    const on = bytes('05 0000 FF00');
    board.fault = () => 'lost';
    assert.deepEqual(await board.serve(on), { reset: false });
    assert.equal(board.output(1), false);
    board.fault = () => 'ignored';
    assert.deepEqual(await board.serve(on), { pdu: on, reset: false });
    assert.equal(board.output(1), false);
    board.fault = () => 'unanswered';
    assert.deepEqual(await board.serve(on), { reset: false });
    assert.equal(board.output(1), true);
    board.fault = ({ write, code }) => (write && code === 5 ? 'reset' : undefined);
    assert.deepEqual(await board.serve(bytes('05 0000 0000')), { reset: true });
    assert.equal(board.output(1), false);
  });

  it('has outputs that stick, until they are repaired', async () => {
    board.stick(1, true);
    await ask('05 0000 0000');
    assert.equal(board.output(1), true);
    board.stick(1, undefined);
    await ask('05 0000 0000');
    assert.equal(board.output(1), false);
  });

  describe('over TCP', () => {
    let server: ModbusTcpServer;
    let socket: Socket;

    beforeEach(async () => {
      server = new ModbusTcpServer((pdu) => board.serve(pdu));
      const port = await server.listen(0);
      socket = createConnection({ host: '127.0.0.1', port });
      await once(socket, 'connect');
    });

    afterEach(async () => {
      socket.destroy();
      await server.close();
    });

    it('answers frames however they are split', async () => {
      const frames = bytes('0001 0000 0006 01 05 0000 FF00  0002 0000 0006 01 01 0000 0001');
      const answers: Buffer[] = [];
      socket.on('data', (data: Buffer) => answers.push(data));
      for (const byte of frames) {
        socket.write(Buffer.from([byte]));
        await settle();
      }
      const wanted = '000100000006010500 00ff00 000200000004010101 01'.replaceAll(' ', '');
      while (Buffer.concat(answers).length < wanted.length / 2) await once(socket, 'data');
      assert.equal(Buffer.concat(answers).toString('hex'), wanted);
    });

    it('ends a connection that talks something else', async () => {
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await once(socket, 'close');
    });

    it('breaks the connection after a write, if told to', async () => {
      board.fault = () => 'reset';
      socket.write(bytes('0001 0000 0006 01 05 0000 FF00'));
      await assert.rejects(once(socket, 'close'), { code: 'ECONNRESET' });
      assert.equal(board.output(1), true);
    });

    it('tells a port that is taken', async () => {
      const { remotePort } = socket;
      const second = new ModbusTcpServer((pdu) => board.serve(pdu));
      await assert.rejects(second.listen(remotePort ?? 0), { code: 'EADDRINUSE' });
    });
  });

  it('survives every request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20 }), async (request) => {
        const { pdu } = await board.serve(Buffer.from(request));
        assert.ok(pdu !== undefined && pdu.length >= 2);
      }),
      { numRuns: 10_000 },
    );
  });
});
