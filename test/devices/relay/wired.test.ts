import assert from 'node:assert/strict';
import type { RelayResult } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { WiredRelay, type WiredReports } from '../../../lib/devices/relay/wired.ts';
import { FakeTime } from '../fake-time.ts';

const PULSE = { action: 'pulse', duration: 3000, life: 3000 } as const;
const INTERVAL = 500;

describe('wired relay', () => {
  let time: FakeTime;
  let sent: unknown[];
  let driver: WiredRelay;
  let relay: RelayController;

  function wire(reports: WiredReports, inverted = false): void {
    time = new FakeTime();
    sent = [];
    driver = new WiredRelay({
      format: { kind: 'boolean' },
      send: ({ payload }) => sent.push(payload),
      clock: time,
      timers: time,
      reports,
      reportInterval: INTERVAL,
      inverted,
    });
    relay = new RelayController({ driver, clock: time, timers: time, random: () => 0.5 });
  }

  /** A board that reports every 200 milliseconds what it was last told. */
  async function runBoard(
    duration: number,
    answer: () => unknown = () => sent.at(-1),
  ): Promise<void> {
    for (let passed = 0; passed < duration; passed += 200) {
      await time.advance(200);
      const payload = answer();
      if (payload !== undefined) driver.report({ payload });
    }
    await time.advance(0);
  }

  const codeOf = (result: RelayResult): string =>
    result.state === 'failed' ? result.code : result.state;

  it('sends on, and off at the end of the pulse', async () => {
    wire('none');
    await relay.start();
    const result = await relay.execute(PULSE);
    assert.deepEqual(result, { state: 'done', confirmed: false, faulty: false });
    assert.deepEqual(sent, [false, true]);
    await time.advance(3000);
    assert.deepEqual(sent, [false, true, false]);
    await relay.stop();
    assert.equal(time.pending, 0);
  });

  it('sends the opposite where the contact opens to let in', async () => {
    wire('none', true);
    await relay.start();
    await relay.execute(PULSE);
    assert.deepEqual(sent, [true, false]);
  });

  it('confirms a command by the answer to it', async () => {
    wire('answer');
    void relay.start();
    await runBoard(400);
    const result = relay.execute(PULSE);
    await runBoard(400);
    assert.deepEqual(await result, { state: 'done', confirmed: true, faulty: false });
    await time.advance(2000);
    assert.equal(relay.status.error, undefined, 'silence between commands is no fault');
  });

  it('fails a command that is not answered, and sends off', async () => {
    wire('answer');
    void relay.start();
    await runBoard(400);
    const result = relay.execute(PULSE);
    await time.advance(1000);
    assert.equal(codeOf(await result), 'OUTPUT_TIMEOUT');
    assert.equal(sent.at(-1), false);
  });

  it('with continuous reports sends nothing to a board that has gone silent', async () => {
    wire('continuous');
    void relay.start();
    await runBoard(2000);
    assert.equal(relay.status.state, 'safe');
    await time.advance(INTERVAL + 1);
    const before = sent.filter((payload) => payload === true).length;
    assert.equal(codeOf(await relay.execute(PULSE)), 'OUTPUT_TIMEOUT');
    assert.equal(sent.filter((payload) => payload === true).length, before);
  });

  it('with continuous reports is not misled by one that was on its way', async () => {
    wire('continuous');
    void relay.start();
    await runBoard(1000);
    const result = relay.execute(PULSE);
    await time.advance(10);
    driver.report({ payload: false });
    await runBoard(600);
    assert.deepEqual(await result, { state: 'done', confirmed: true, faulty: false });
  });

  it('with continuous reports notices a stuck output', async () => {
    wire('continuous');
    void relay.start();
    await runBoard(1000);
    const result = relay.execute(PULSE);
    await runBoard(2000, () => false);
    assert.equal(codeOf(await result), 'OUTPUT_MISMATCH');
    assert.equal(relay.status.error?.code, 'OUTPUT_MISMATCH');
    await relay.stop();
    assert.equal(time.pending, 0);
  });

  it('says whether a message was a report', () => {
    wire('answer');
    assert.equal(driver.report({ payload: 'ON' }), true);
    assert.equal(driver.report({ payload: { text: 'hello' } }), false);
  });
});
