import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import helper from 'node-red-node-test-helper';
import type { SecurityLevel } from '../../lib/model/access-point.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import { systemClock } from '../../lib/model/clock.ts';
import registerAccessPoint from '../../nodes/access-point/access-point.ts';
import register from '../../nodes/credential-reader/credential-reader.ts';
import { fakeEngine, fakeSite, type FakeSite } from '../support/fake-site.ts';
import { rdm6300 } from '../support/rdm6300.ts';
import {
  loadFlow,
  nodeById,
  settle,
  Sink,
  useRuntime,
  watched,
  type Received,
} from '../support/runtime.ts';

const CARD = '0A00B3C4D5';
const OTHER = '6A003E3A2C';
const SITE_NODE = { id: 'site', type: 'gatewire-site' };
const DOOR = {
  id: 'door-node',
  type: 'gatewire-access-point',
  site: 'site',
  accessPointId: 'door',
  factorTimeout: 5,
};
const NODE = {
  id: 'reader',
  type: 'gatewire-credential-reader',
  accessPoint: 'door-node',
  name: 'gate',
  preset: 'rdm6300',
};
const ANY: SecurityLevel = { anyOf: [['card'], ['pin'], ['qr']] };

describe('credential-reader', () => {
  useRuntime();

  let site: FakeSite;
  let reads: Sink;
  let events: Sink;
  let faults: Sink;
  let caught: Sink;
  let completed: Sink;
  let shown: Sink;

  async function load(
    settings: Record<string, unknown> = {},
    level: SecurityLevel = ANY,
    others: object[] = [],
  ): Promise<void> {
    const activeLevel = { level, factorTimeout: 5000, until: Infinity, version: 1 };
    site = fakeSite(fakeEngine({ activeLevel: () => Promise.resolve(activeLevel) }));
    const flow = [SITE_NODE, DOOR, ...watched({ ...NODE, ...settings }, 3), ...others];
    await loadFlow([site.register, registerAccessPoint, register], flow);
    [reads, events, faults] = [new Sink('sink0'), new Sink('sink1'), new Sink('sink2')];
    caught = new Sink('on-catch');
    completed = new Sink('on-complete');
    shown = new Sink('on-status');
  }

  afterEach(() => {
    mock.restoreAll();
    mock.timers.reset();
  });

  async function feed(payload: unknown, more: object = {}): Promise<void> {
    nodeById('reader').receive({ payload, ...more });
    await settle();
  }

  const cards = (): unknown[] => reads.messages.map(({ payload }) => payload);
  const codeOf = ({ error }: Received): unknown => (error as { code: string }).code;
  const statuses = (): string[] =>
    shown.messages.map(({ status }) => (status as { text: string }).text.split('.').at(-1) ?? '');

  describe('reading', () => {
    it('makes one attempt of a frame, keeps the message and completes once', async () => {
      await load();
      await feed(rdm6300(CARD), { topic: 'kept', extra: { deep: 1 }, _session: { id: 'a' } });
      const message = await reads.at(0);
      assert.equal(message.payload, CARD);
      assert.equal(message.topic, 'kept');
      assert.deepEqual(message.extra, { deep: 1 });
      assert.deepEqual(message._session, { id: 'a' });
      const { accessPoint, direction, credentials } = attemptOf(message);
      assert.deepEqual([accessPoint, direction], ['door', 'in']);
      const [{ at, ...credential } = { at: 0 }, ...others] = credentials;
      assert.deepEqual(credential, {
        type: 'card',
        value: CARD,
        format: 'rdm6300',
        reader: 'gate',
      });
      assert.ok(at > 0);
      assert.equal(others.length + reads.messages.length + completed.messages.length, 2);
      assert.equal(events.messages.length + faults.messages.length + caught.messages.length, 0);
    });

    it('makes one attempt of a frame in any split', async () => {
      await load({ repeatWindow: 0 });
      const frame = rdm6300(CARD);
      const cuts = fc.uniqueArray(fc.integer({ min: 1, max: frame.length - 1 }));
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          const before = reads.messages.length;
          for (const part of split(frame, places)) await feed(part);
          assert.deepEqual(cards().slice(before), [CARD]);
        }),
        { numRuns: 30 },
      );
      assert.equal(faults.messages.length, 0);
    });

    it('makes two attempts of two frames in one message, each in a message of its own', async () => {
      await load();
      await feed(Buffer.concat([rdm6300(CARD), rdm6300(OTHER)]), { topic: 'kept' });
      assert.deepEqual(cards(), [CARD, OTHER]);
      assert.notEqual(attemptOf(await reads.at(0)).id, attemptOf(await reads.at(1)).id);
      assert.equal((await reads.at(1)).topic, 'kept');
      assert.equal(completed.messages.length, 1);
    });

    it('does not mix two TCP sessions that arrive byte by byte in turn', async () => {
      await load();
      const [left, right] = [rdm6300(CARD), rdm6300(OTHER)];
      for (let place = 0; place < left.length; place++) {
        await feed(left.subarray(place, place + 1), { _session: { type: 'tcp', id: 'left' } });
        await feed(right.subarray(place, place + 1), { _session: { type: 'tcp', id: 'right' } });
      }
      const bySession = reads.messages.map(({ _session, payload }) => [
        (_session as { id: string }).id,
        payload,
      ]);
      assert.deepEqual(bySession, [
        ['left', CARD],
        ['right', OTHER],
      ]);
      assert.equal(faults.messages.length, 0);
    });

    it('reads the same card again only after the repeat window', async () => {
      let now = 1000;
      mock.method(systemClock, 'monotonic', () => now);
      await load({ repeatWindow: 2 });
      await feed(rdm6300(CARD));
      now += 1999;
      await feed(rdm6300(CARD));
      assert.deepEqual(cards(), [CARD]);
      now += 1;
      await feed(rdm6300(CARD));
      assert.deepEqual(cards(), [CARD, CARD]);
    });

    it('forgets half a frame on reset', async () => {
      await load();
      await feed(rdm6300(CARD).subarray(0, 7));
      await feed(undefined, { reset: true });
      await feed(rdm6300(CARD).subarray(7));
      assert.equal(reads.messages.length, 0);
      await feed(rdm6300(OTHER));
      assert.deepEqual(cards(), [OTHER]);
    });

    it('takes its settings from the environment', async () => {
      process.env.GATEWIRE_TEST_PRESET = 'rdm6300';
      process.env.GATEWIRE_TEST_WINDOW = '0';
      try {
        await load({ preset: '${GATEWIRE_TEST_PRESET}', repeatWindow: '${GATEWIRE_TEST_WINDOW}' });
      } finally {
        delete process.env.GATEWIRE_TEST_PRESET;
        delete process.env.GATEWIRE_TEST_WINDOW;
      }
      await feed(rdm6300(CARD));
      await feed(rdm6300(CARD));
      assert.deepEqual(cards(), [CARD, CARD]);
    });
  });

  describe('faults', () => {
    const damaged = Buffer.from(rdm6300(CARD));
    damaged[12] = damaged[12] === 0x30 ? 0x31 : 0x30;

    it('tells a damaged frame on the fault port, counts it and reads nothing', async () => {
      await load();
      await feed(damaged);
      await feed(damaged);
      assert.equal(reads.messages.length, 0);
      const payloads = faults.messages.map(({ payload }) => payload as Record<string, unknown>);
      assert.deepEqual(
        payloads.map(({ code, reason, count }) => [code, reason, count]),
        [
          ['FRAME_BROKEN', 'check', 1],
          ['FRAME_BROKEN', 'check', 2],
        ],
      );
      assert.ok(!JSON.stringify(payloads).includes(CARD));
      assert.equal(caught.messages.length, 0);
      assert.equal(completed.messages.length, 2);
    });

    it('hints at swapped wires', async () => {
      await load({ preset: 'wiegand-26' });
      await feed({ bits: invert(wiegand26(123, 45678)) });
      const { payload } = await faults.at(0);
      assert.equal((payload as { hint: string }).hint, 'swappedWires');
      assert.ok(statuses().includes('swappedWires'));
    });

    it('tells twenty faults of a storm singly and the rest as a sum', async () => {
      let now = 1000;
      mock.method(systemClock, 'monotonic', () => now);
      await load();
      for (let number = 0; number < 50; number++) nodeById('reader').receive({ payload: damaged });
      await settle();
      assert.equal(faults.messages.length, 20);
      now += 60_000;
      await feed(damaged);
      const [sum, single] = faults.messages.slice(20).map(({ payload }) => payload);
      assert.deepEqual(sum, { code: 'FRAME_BROKEN', summed: 30 });
      assert.equal((single as { count: number }).count, 51);
    });

    it('refuses an input of a kind it does not take, once, with INPUT_INVALID', async () => {
      await load();
      await feed(42);
      await feed({ bits: '1010' });
      assert.deepEqual(caught.messages.map(codeOf), ['INPUT_INVALID', 'INPUT_INVALID']);
      assert.equal(completed.messages.length + reads.messages.length, 0);
    });

    const BAD: [string, Record<string, unknown>][] = [
      ['an unknown preset', { preset: 'abacus' }],
      ['a form that is not JSON', { preset: 'custom', form: '{kind:' }],
      ['a form of an unknown kind', { preset: 'custom', form: '{"kind":"abacus"}' }],
      ['no access point', { accessPoint: '' }],
      ['an access point that is not there', { accessPoint: 'gone' }],
      ['a repeat window out of range', { repeatWindow: 601 }],
      ['an unknown conversion', { conversion: 'upside-down' }],
    ];
    for (const [name, settings] of BAD) {
      it(`stays inert with ${name}`, async () => {
        await load(settings);
        await feed(rdm6300(CARD));
        assert.equal(codeOf(await caught.at(0)), 'CONFIG_INVALID');
        assert.equal(caught.messages.length, 1);
        assert.equal(reads.messages.length + completed.messages.length, 0);
      });
    }
  });

  describe('PIN', () => {
    it('seals a PIN: its digits are in no message of any port', async () => {
      await load({ preset: 'keypad-ascii' });
      await feed('4711#', { topic: 'kept' });
      const message = await reads.at(0);
      const [credential] = attemptOf(message).credentials;
      assert.equal(message.payload, true);
      assert.equal(credential?.value, undefined);
      assert.equal(site.api.sealing.open(credential?.ref ?? ''), '4711');
      const everything = [reads, events, faults, completed, shown].flatMap((sink) => sink.messages);
      assert.ok(!JSON.stringify(everything).includes('4711'));
    });

    it('removes the digits from whatever property they came in', async () => {
      await load({ preset: 'keypad-ascii', source: 'keys.typed' });
      await feed('untouched', { keys: { typed: '4711#', pad: 2 } });
      const message = await reads.at(0);
      assert.deepEqual(message.keys, { pad: 2 });
      assert.ok(!JSON.stringify([message, ...completed.messages]).includes('4711'));
    });

    it('collects keys that come one by one', async () => {
      await load({ preset: 'keypad-ascii' });
      for (const key of '4711#') await feed(key);
      const [credential] = attemptOf(await reads.at(0)).credentials;
      assert.equal(site.api.sealing.open(credential?.ref ?? ''), '4711');
      assert.equal(reads.messages.length, 1);
    });

    const KEYPAD = {
      ...NODE,
      id: 'keypad',
      name: 'pad',
      z: 'tab',
      preset: 'keypad-ascii',
      wires: [['keypad0'], [], []],
    };
    const KEYPAD_SINK = { id: 'keypad0', type: 'helper', z: 'tab' };

    it('joins a card and the PIN of another reader node of the same access point', async () => {
      await load({}, { anyOf: [['card', 'pin']] }, [KEYPAD, KEYPAD_SINK]);
      const joined = new Sink('keypad0');
      await feed(rdm6300(CARD), { topic: 'kept' });
      const required = await events.at(0);
      assert.deepEqual(required.payload, { event: 'required', for: 'factor', types: ['pin'] });
      assert.equal(required.topic, 'kept');
      assert.equal(reads.messages.length, 0);
      nodeById('keypad').receive({ payload: '4711#' });
      const { credentials, timedOut } = attemptOf(await joined.at(0));
      assert.deepEqual(
        credentials.map(({ type, reader }) => [type, reader]),
        [
          ['card', 'gate'],
          ['pin', 'pad'],
        ],
      );
      assert.equal(timedOut, undefined);
      assert.equal((await joined.at(0)).payload, CARD);
      assert.equal(reads.messages.length, 0);
    });

    it('gives the attempt up as timed out when the PIN does not come', async () => {
      await load({}, { anyOf: [['card', 'pin']] });
      mock.timers.enable({ apis: ['setTimeout'] });
      await feed(rdm6300(CARD));
      mock.timers.tick(4999);
      await settle();
      assert.equal(reads.messages.length, 0);
      mock.timers.tick(1);
      const { timedOut, credentials } = attemptOf(await reads.at(0));
      assert.equal(timedOut, true);
      assert.equal(credentials.length, 1);
    });
  });

  describe('terminal', () => {
    it('takes JSON text and objects, with the name the terminal gives', async () => {
      await load({ preset: 'terminal', repeatWindow: 0 });
      const text = JSON.stringify({ type: 'qr', value: 'TICKET-1', reader: 'kiosk' });
      await feed(`${text}\n`);
      await feed({ type: 'card', value: CARD });
      const seen = reads.messages.map((message) => attemptOf(message).credentials[0]);
      assert.deepEqual(
        seen.map((credential) => [credential?.type, credential?.value, credential?.reader]),
        [
          ['qr', 'TICKET-1', 'kiosk'],
          ['card', CARD, 'gate'],
        ],
      );
    });

    it('makes an event and no attempt of a read from the past', async () => {
      await load({ preset: 'terminal' });
      const time = Date.now() - 61_000;
      await feed({ type: 'card', value: CARD, time });
      const { payload } = await events.at(0);
      assert.deepEqual(payload, { event: 'lateRead', type: 'card', format: 'terminal', at: time });
      assert.equal(reads.messages.length, 0);
    });

    it('tells a message of an unknown form as a fault', async () => {
      await load({ preset: 'terminal' });
      await feed({ type: 'card', value: CARD, open: true });
      assert.equal(((await faults.at(0)).payload as { reason: string }).reason, 'form');
      assert.equal(reads.messages.length, 0);
    });
  });

  describe('learn mode', () => {
    const ask = async (
      action: string,
      body: object = {},
    ): Promise<{ status: number; body: unknown }> =>
      helper.request().post(`/gatewire/readers/reader/learn/${action}`).send(body);

    it('finds the form of a card whose number is known, and opens nothing meanwhile', async () => {
      await load();
      assert.deepEqual((await ask('start')).body, { active: true });
      mock.timers.enable({ apis: ['setTimeout'] });
      await feed(rdm6300(CARD));
      assert.ok(statuses().includes('learning'));
      mock.timers.tick(150);
      mock.timers.reset();
      assert.deepEqual((await ask('state')).body, { active: true, hasCard: true });
      const { body } = await ask('answer', { printed: String(Number(`0x${CARD.slice(2)}`)) });
      const candidates = body as { form: { kind: string }; value: string }[];
      assert.equal(candidates[0]?.form.kind, 'rdm6300');
      assert.deepEqual((await ask('stop')).body, { active: false });
      assert.equal(reads.messages.length, 0);
      await feed(rdm6300(OTHER));
      assert.deepEqual(cards(), [OTHER]);
    });

    it('shows the state of the engine again when it ends', async () => {
      await load();
      await ask('start');
      await settle();
      assert.equal(statuses().at(-1), 'learning');
      site.setState('down');
      await ask('stop');
      await settle();
      assert.equal(statuses().at(-1), 'engineDown');
    });

    it('answers 404 for a reader that does not run and 400 for a number too long', async () => {
      await load();
      await ask('start');
      assert.equal((await ask('answer', { printed: '1'.repeat(65) })).status, 400);
      await nodeById('reader').close(true);
      assert.equal((await ask('start')).status, 404);
    });
  });

  it('leaves no timer, listener or access point behind when it is deployed again', async () => {
    await load({ preset: 'decimal' }, { anyOf: [['card', 'pin']] });
    mock.timers.enable({ apis: ['setTimeout'] });
    await feed('1234567890\n98765');
    await nodeById('reader').close(false);
    await nodeById('door-node').close(false);
    mock.timers.tick(60_000);
    await settle();
    assert.equal(reads.messages.length + faults.messages.length, 0);
    assert.equal(site.listeners(), 0);
    assert.equal(site.accessPoints.size, 0);
  });
});

function attemptOf(message: Received): Attempt {
  return (message.access as { attempt: Attempt }).attempt;
}

function split(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

/** The bits of an H10301 frame. */
function wiegand26(facility: number, card: number): string {
  const data = facility.toString(2).padStart(8, '0') + card.toString(2).padStart(16, '0');
  const ones = (bits: string): number => bits.replaceAll('0', '').length;
  return `${ones(data.slice(0, 12)) % 2}${data}${1 - (ones(data.slice(12)) % 2)}`;
}

function invert(bits: string): string {
  return bits.replace(/[01]/g, (bit) => (bit === '0' ? '1' : '0'));
}
