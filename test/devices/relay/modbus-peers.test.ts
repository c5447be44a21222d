import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  needPackages,
  pollCoil,
  startLibmodbus,
  startPymodbus,
  systemTime,
  type ModbusPeer,
} from '../../support/peers/peers.ts';
import { Installation, ON, PULSE } from './installation.ts';

function openings(peer: ModbusPeer): number {
  return peer.writes.filter(({ on }) => on).length;
}

/** What every peer has to go through, whatever carries the frames. */
function itIsSafe(setting: () => { peer: ModbusPeer; door: Installation }): void {
  it('opens for the time of the pulse', async () => {
    const { peer, door } = setting();
    assert.equal((await door.execute(PULSE)).end, 'done');
    await door.becomes('safe');
    const [on, off] = peer.writes.slice(-2);
    assert.deepEqual([on?.on, off?.on], [true, false]);
    const length = (off?.at ?? 0) - (on?.at ?? 0);
    assert.ok(length >= PULSE.duration - 10, `${length} ms`);
  });

  it('never opens what was frozen before', async () => {
    const { peer, door } = setting();
    peer.freeze();
    const { end, took } = await door.execute(PULSE);
    assert.equal(end, 'OUTPUT_TIMEOUT');
    assert.ok(took < 2000);
    await sleep(PULSE.life);
    peer.thaw();
    await door.becomes('safe');
    assert.equal(openings(peer), 0);
    assert.equal((await door.execute(PULSE)).end, 'done', 'it works again');
  });

  it('closes at once what wakes up with an opening in its queue', async () => {
    const { peer, door } = setting();
    door.beforeOpening = () => {
      peer.freeze();
    };
    assert.equal((await door.execute(PULSE)).end, 'OUTPUT_TIMEOUT');
    await sleep(PULSE.life);
    door.beforeOpening = () => undefined;
    const woken = systemTime();
    peer.thaw();
    await peer.wrote(({ on, at }) => !on && at >= woken);
    await door.becomes('safe');
    const late = peer.writes.filter(({ at }) => at >= woken);
    const on = late.findIndex((write) => write.on);
    assert.ok(on >= 0, 'it has executed what it was sent');
    assert.equal(late[on + 1]?.on, false, 'the next thing it does is to close');
    assert.ok((late[on + 1]?.at ?? Infinity) - (late[on]?.at ?? 0) < 250);
    assert.equal(late.filter((write) => write.on).length, 1);
  });

  it('closes behind a stop, even if the board wakes up later', async () => {
    const { peer, door } = setting();
    assert.equal((await door.execute(ON)).end, 'done');
    peer.freeze();
    const begun = systemTime();
    await door.relay.stop();
    assert.ok(systemTime() - begun < 1000);
    const woken = systemTime();
    peer.thaw();
    await peer.wrote(({ on, at }) => !on && at >= woken);
    assert.equal(peer.writes.at(-1)?.on, false);
  });
}

describe('direct Modbus relay, on real servers', function () {
  this.timeout(20_000);
  let peer: ModbusPeer;
  let door: Installation;

  before(function () {
    const needed = ['python3-pymodbus', 'python3-serial-asyncio', 'libmodbus-dev'] as const;
    needPackages(this, ...needed, 'gcc', 'mbpoll', 'socat');
  });

  for (const [name, startPeer] of [
    ['pymodbus', () => startPymodbus('tcp')],
    ['libmodbus', startLibmodbus],
  ] as const) {
    describe(`${name} over TCP`, () => {
      beforeEach(async () => {
        peer = await startPeer();
        door = new Installation({ kind: 'tcp', host: '127.0.0.1', port: peer.port });
        await door.relay.start();
        assert.equal(door.relay.status.state, 'safe');
      });

      afterEach(async () => {
        await door.relay.stop();
        await peer.stop();
      });

      itIsSafe(() => ({ peer, door }));

      it('is seen by mbpoll', async () => {
        assert.equal(await pollCoil(peer.port, 0), false);
        await door.execute(ON);
        assert.equal(await pollCoil(peer.port, 0), true);
        await door.relay.stop();
        assert.equal(await pollCoil(peer.port, 0), false);
      });

      it('fails within the time limit when the server has died', async () => {
        await peer.stop();
        const { end, took } = await door.execute(PULSE);
        assert.equal(end, 'OUTPUT_FAILED');
        assert.ok(took < 1000);
      });
    });
  }

  describe('pymodbus over a serial line', () => {
    let line: ChildProcess;
    let ends: [ours: string, theirs: string];

    beforeEach(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewire-line-'));
      ends = [join(folder, 'ours'), join(folder, 'theirs')];
      await plugIn();
      const settings = { baudRate: 115_200, parity: 'none', stopBits: 1 } as const;
      door = new Installation({ kind: 'rtu', path: ends[0], ...settings });
      await door.relay.start();
      assert.equal(door.relay.status.state, 'safe');
    });

    afterEach(async () => {
      await door.relay.stop();
      await unplug();
    });

    async function plugIn(): Promise<void> {
      const ptys = ends.map((end) => `pty,raw,echo=0,link=${end}`);
      line = spawn('/usr/bin/socat', ptys, { stdio: 'ignore' });
      while (!ends.every(existsSync)) await sleep(10);
      peer = await startPymodbus('rtu', ends[1]);
    }

    async function unplug(): Promise<void> {
      await peer.stop();
      line.kill();
      await once(line, 'exit');
    }

    it('opens nothing when the adapter was pulled out, and works when it is back', async () => {
      await door.execute(ON);
      await unplug();
      await door.becomes('fault');
      assert.equal((await door.execute(PULSE)).end, 'OUTPUT_FAILED');
      await plugIn();
      await door.becomes('safe');
      assert.equal(openings(peer), 0);
      assert.equal((await door.execute(PULSE)).end, 'done');
    });

    itIsSafe(() => ({ peer, door }));
  });

  it('fails within the time limit on a board that takes everything and answers nothing', async () => {
    const mute = createServer((socket) => socket.resume().on('error', () => undefined));
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const { port } = mute.address() as AddressInfo;
    door = new Installation({ kind: 'tcp', host: '127.0.0.1', port });
    const begun = systemTime();
    await door.relay.start();
    assert.ok(systemTime() - begun < 1000);
    assert.equal((await door.execute(PULSE)).end, 'OUTPUT_TIMEOUT');
    await door.relay.stop();
    mute.close();
  });
});
