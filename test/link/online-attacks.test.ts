import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { once, EventEmitter } from 'node:events';
import fc from 'fast-check';
import { Answerer } from '../../lib/link/online/answerer.ts';
import { LinkAsker, type Reply } from '../../lib/link/online/asker.ts';
import type { Check, CheckAnswer } from '../../lib/link/online/checks.ts';
import { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { sealLetter } from '../../lib/link/trust/letter.ts';
import { ServerEnd } from '../../lib/link/ends/server-end.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { MemoryBroker, type MemoryWire } from '../support/link-pair.ts';

const RUNS = 200;
const ATTACKS = 50;

const ADDRESS = { site: 'park', gateway: 'north' };
const ANSWERS = topicOf({ ...ADDRESS, channel: 'answers' });
const CHECKS = topicOf({ ...ADDRESS, channel: 'checks' });

const KINDS = [
  'unsigned',
  'foreignKey',
  'ownKey',
  'otherChannel',
  'otherGateway',
  'otherSite',
  'otherNonce',
  'otherCheck',
  'otherDoor',
  'otherTopic',
  'bentText',
  'openHolder',
  'unknownField',
  'retained',
  'replayed',
] as const;
type Kind = (typeof KINDS)[number];

/** Everything that has been sent arrives within two turns. */
async function arrived(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('attacks on an online check', function () {
  this.timeout(60_000);
  const server = generateKeyPairSync('ed25519');
  const gateway = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  let broker: MemoryBroker;
  let wires: { server: MemoryWire; gateway: MemoryWire };
  let end: GatewayEnd;
  let serverEnd: ServerEnd;
  let asker: LinkAsker;
  const seen = new EventEmitter();

  beforeEach(() => {
    broker = new MemoryBroker();
    wires = { server: broker.wire(), gateway: broker.wire() };
    serverEnd = new ServerEnd({
      site: ADDRESS.site,
      wire: wires.server,
      key: server.privateKey,
      gatewayKey: (name) => (name === ADDRESS.gateway ? gateway.publicKey : undefined),
      clock: systemClock,
    });
    end = new GatewayEnd({
      address: ADDRESS,
      wire: wires.gateway,
      key: gateway.privateKey,
      serverKeys: () => [server.publicKey],
      clock: systemClock,
    });
    wires.server.connect();
    wires.gateway.connect();
    asker = new LinkAsker(end, systemClock, () => true);
  });

  afterEach(() => {
    asker.close();
    end.close();
    serverEnd.close();
    seen.removeAllListeners();
  });

  async function asked(): Promise<{ check: Check; reply: Promise<Reply>; text: string }> {
    const stop = serverEnd.on('checks', ({ content }) => seen.emit('check', content));
    const check = once(seen, 'check') as Promise<[Check]>;
    const credentials = [{ type: 'card' as const, value: '04A1B2C3', at: Date.now() }];
    const attempt = { id: uuidv7(), at: Date.now(), accessPoint: 'front', credentials };
    const reply = asker.ask({ attempt, limit: 3000 });
    const [content] = await check;
    stop();
    return { check: content, reply, text: sealLetter('checks', content, gateway.privateKey) };
  }

  const yes = ({ id, nonce, accessPoint }: Check): CheckAnswer => ({
    kind: 'answer',
    check: id,
    nonce,
    ...ADDRESS,
    accessPoint,
    outcome: 'granted',
    reasons: [],
  });
  const signed = (content: object, key: KeyObject = server.privateKey): string =>
    sealLetter('answers', content, key);
  const nonce = (): string => randomBytes(16).toString('base64url');

  /** What an attacker with all rights at the broker can put on the wire; some of it the server has really signed. */
  function attack(kind: Kind, check: Check, before: readonly string[], dice: number): void {
    const answer = yes(check);
    const send = (text: string, topic = ANSWERS, retain = false): void => {
      broker.take(topic, text, retain);
    };
    const attacks: Record<Kind, () => void> = {
      unsigned: () => {
        send(JSON.stringify({ content: JSON.stringify(answer), signature: 'A'.repeat(86) }));
      },
      foreignKey: () => {
        send(signed(answer, stranger.privateKey));
      },
      ownKey: () => {
        send(signed(answer, gateway.privateKey));
      },
      otherChannel: () => {
        send(sealLetter('batches', answer, server.privateKey));
      },
      otherGateway: () => {
        send(signed({ ...answer, gateway: 'south' }));
      },
      otherSite: () => {
        send(signed({ ...answer, site: 'plant' }));
      },
      otherNonce: () => {
        send(signed({ ...answer, nonce: nonce() }));
      },
      otherCheck: () => {
        send(signed({ ...answer, check: uuidv7() }));
      },
      otherDoor: () => {
        send(signed({ ...answer, accessPoint: 'vault' }));
      },
      otherTopic: () => {
        send(signed(answer), topicOf({ ...ADDRESS, gateway: 'south', channel: 'answers' }));
      },
      bentText: () => {
        const text = signed(answer);
        const at = dice % text.length;
        send(text.slice(0, at) + String.fromCharCode(33 + (dice % 90)) + text.slice(at + 1));
      },
      openHolder: () => {
        send(signed({ ...answer, holder: 'A'.repeat(120) }));
      },
      unknownField: () => {
        send(signed({ ...answer, open: true }));
      },
      retained: () => {
        wires.gateway.deliver({ topic: ANSWERS, text: signed(answer), retained: true });
      },
      replayed: () => {
        send(before[dice % Math.max(1, before.length)] ?? 'nothing yet');
      },
    };
    attacks[kind]();
  }

  it(`10,000 forged, replayed, kept, bent and misdirected answers open nothing, and keep no true one out`, async () => {
    const before: string[] = [];
    let attacks = 0;
    const strike = fc.tuple(fc.constantFrom(...KINDS), fc.nat(1_000_000));
    const strikes = fc.array(strike, { minLength: ATTACKS, maxLength: ATTACKS });
    await fc.assert(
      fc.asyncProperty(strikes, async (list) => {
        const { check, reply } = await asked();
        let outcome: Reply | undefined;
        void reply.then((given) => {
          outcome = given;
        });
        for (const [kind, dice] of list) attack(kind, check, before, dice);
        attacks += list.length;
        await arrived();
        // One bent character may, rarely, be the same character as before.
        const isTrue = outcome !== undefined && list.some(([kind]) => kind === 'bentText');
        assert.ok(outcome === undefined || isTrue, JSON.stringify(outcome));
        const text = signed({ ...yes(check), outcome: 'denied', reasons: ['noRight'] });
        before.push(text);
        broker.take(ANSWERS, text, false);
        const given = await reply;
        assert.ok('answer' in given);
        if (!isTrue) assert.equal(given.answer.outcome, 'denied');
      }),
      { numRuns: RUNS },
    );
    assert.ok(attacks >= RUNS * ATTACKS);
  });

  it('a true answer counts once, and not after a new connection', async () => {
    const first = await asked();
    const text = signed(yes(first.check));
    broker.take(ANSWERS, text, false);
    broker.take(ANSWERS, text, false);
    assert.ok('answer' in (await first.reply));
    const second = await asked();
    wires.gateway.cut();
    wires.gateway.connect();
    broker.take(ANSWERS, signed(yes(second.check)), false);
    await arrived();
    assert.ok('silence' in (await second.reply));
  });

  it('a new start of the gateway knows no question of before', async () => {
    const { check } = await asked();
    asker.close();
    const later = new LinkAsker(end, systemClock, () => true);
    const told: unknown[] = [];
    later.on('refused', (refusal) => told.push(refusal));
    broker.take(ANSWERS, signed(yes(check)), false);
    await arrived();
    later.close();
    assert.deepEqual(told, []);
  });

  it('a question is decided once, however often and from wherever it comes', async () => {
    let decided = 0;
    const refused: string[] = [];
    const answerer = new Answerer({
      server: serverEnd,
      clock: systemClock,
      now: () => Date.now(),
      rate: 1000,
      decide: () => {
        decided += 1;
        return Promise.reject(new Error('not of interest'));
      },
    });
    answerer.on('refused', ({ reason }) => refused.push(reason));
    const { text, check } = await asked();
    await arrived();
    assert.equal(decided, 1);
    for (let again = 0; again < 100; again += 1) broker.take(CHECKS, text, false);
    const theirs = (change: object): string =>
      sealLetter('checks', { ...check, nonce: nonce(), ...change }, gateway.privateKey);
    broker.take(CHECKS, theirs({ gateway: 'south' }), false);
    broker.take(CHECKS, theirs({ replyTo: 'gatewire/1/park/south/answers' }), false);
    broker.take(CHECKS, theirs({ beat: { session: nonce(), number: 1 } }), false);
    broker.take(CHECKS, theirs({ id: uuidv7() }), false); // the seal is of another question
    broker.take(CHECKS, theirs({ open: true }), false);
    broker.take(CHECKS, sealLetter('checks', check, stranger.privateKey), false);
    await arrived();
    answerer.close();
    assert.equal(decided, 1);
    const count = (wanted: string): number => refused.filter((reason) => reason === wanted).length;
    const kinds = ['repeated', 'notForUs', 'otherSession', 'malformed'];
    assert.deepEqual(kinds.map(count), [100, 2, 1, 2]);
  });
});
