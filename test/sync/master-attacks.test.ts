import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { BatchLetter } from '../../lib/link/sync/batch.ts';
import type { Offer, Settle } from '../../lib/link/sync/move.ts';
import type { LetterAnswer } from '../../lib/link/sync/receipt.ts';
import type { Change } from '../../lib/model/entity.ts';
import { MASTERED_KINDS, type Master } from '../../lib/model/master.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { consent, done, put } from '../engine/faces/support.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  ANNA_CARD,
  ANNA_PIN,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
  attemptAt,
  card,
  pin,
  type Presented,
} from '../support/sample-site.ts';
import { ADDRESS, openBareGateway, openServer, report } from '../support/sync-pair.ts';

const HERE = '0499887766';
const THERE = '0411111111';
const STRANGER = '0422222222';
type Side = 'server' | 'gateway';

/** Somebody with a card who may pass everywhere. */
const guest = (id: string, value: string): Change[] => [
  put('person', { id, name: `Guest ${id}` }),
  put('credential', { id: `${id}-card`, person: id, type: 'card', value }),
  put('permission', { id: `${id}-all`, subject: { person: id }, target: { everywhere: true } }),
];

/** A letter and its answer; who is started anew before the letter arrives, or before the answer does. */
interface Step {
  letter: BatchLetter;
  answer?: LetterAnswer;
}
/** Letters that are no mere questions. */
const CHANGING: ReadonlySet<string> = new Set(['offer', 'settle', 'batch']);
type Kill = (step: Step) => Side | undefined;

describe('attacks on the way to another master', function () {
  this.timeout(60_000);
  let folder: string;
  let server: EngineService;
  let gateway: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    [server, gateway] = await Promise.all([openServer(folder), openBareGateway(folder)]);
    await want('local');
  });

  afterEach(async () => {
    await Promise.all([server.close(), gateway.close()]);
    removeFolder(folder);
  });

  const want = (master: Master) =>
    gateway.configure({ ...SAMPLE_CONFIG, site: { ...SAMPLE_CONFIG.site, master } });
  const master = async () => (await gateway.health()).master;
  const outcome = async (accessPoint: string, ...shown: Presented[]) =>
    (await gateway.decide(attemptAt(Date.now(), accessPoint, ...shown))).outcome;
  const take = (letter: BatchLetter) => gateway.takeLetter({ address: ADDRESS, letter });
  const takeOffer = (receipt: Offer) => server.takeReceipt({ gateway: 'north', receipt });
  const differences = () => server.differences({ gateway: 'north', limit: 100 });
  const decideAll = (keep: Side) =>
    server.decideDifferences({ gateway: 'north', author: 'chief', keep, all: true });

  async function restart(side: Side): Promise<void> {
    if (side === 'server') {
      await server.close();
      server = await openServer(folder);
    } else {
      await gateway.close();
      gateway = await openBareGateway(folder);
    }
  }

  /** Carries letters until there are none or `until` says so; what was under way at a restart is lost. */
  async function walk(kill: Kill = () => undefined, check = () => Promise.resolve()) {
    const kinds: string[] = [];
    await report(server, gateway);
    for (;;) {
      const letter = await server.nextLetter(ADDRESS);
      if (letter === undefined) return kinds;
      kinds.push(letter.kind);
      const early = kill({ letter });
      const answer = early === undefined ? await take(letter) : undefined;
      if (CHANGING.has(letter.kind)) await check();
      const side = early ?? kill({ letter, ...(answer && { answer }) });
      if (side === undefined && answer !== undefined) {
        await server.takeReceipt({ gateway: 'north', receipt: answer });
      }
      if (side !== undefined) await restart(side);
      if (side !== undefined) await Promise.all([report(server, gateway), check()]);
    }
  }

  /** The next letter of a kind; whatever comes before it is carried out. */
  async function letterOf<K extends BatchLetter['kind']>(kind: K) {
    await report(server, gateway);
    for (;;) {
      const letter = await server.nextLetter(ADDRESS);
      assert.ok(letter, `no ${kind}`);
      if (letter.kind === kind) return letter as Extract<BatchLetter, { kind: K }>;
      await server.takeReceipt({ gateway: 'north', receipt: await take(letter) });
    }
  }

  it('refuse every change that only the master may make, and every decision where there is nothing to decide', async () => {
    await done(gateway, ...guest('here', HERE));
    await report(server, gateway);
    const none = { code: 'CONFLICT', message: /not on its way/ };
    await assert.rejects(decideAll('gateway'), none);
    await assert.rejects(differences(), none);
    await assert.rejects(server.differences({ gateway: 'unheard', limit: 1 }), none);
    await want('cloud');
    for (const kind of MASTERED_KINDS) {
      const refused = { code: 'NOT_MASTER', message: /moving from local to cloud/ };
      const changes = [{ op: 'delete', kind, id: 'here' } as const];
      await assert.rejects(gateway.change({ changes, options: { author: 'x' } }), refused, kind);
    }
    await assert.rejects(done(gateway, consent('here')), { code: 'NOT_MASTER' });
    assert.equal(await outcome('front', card(HERE)), 'granted');
  });

  it('let nobody in and lock nobody out, whoever is started anew between any two steps', async () => {
    await done(gateway, ...SAMPLE_CHANGES, ...guest('here', HERE));
    await done(server, ...SAMPLE_CHANGES, ...guest('there', THERE));
    await want('cloud');
    const check = async () => {
      for (const value of [ANNA_CARD, HERE]) {
        assert.equal(await outcome('front', card(value)), 'granted', value);
      }
      assert.equal(await outcome('front', card(STRANGER)), 'unknown');
      const isSent = (await gateway.find({ kind: 'person', id: 'there' })).length > 0;
      assert.equal(await outcome('front', card(THERE)), isSent ? 'granted' : 'unknown');
      if (isSent) assert.deepEqual(await master(), { master: 'cloud' });
    };
    const kills: [name: string, side: Side][] = [];
    kills.push(['roots', 'gateway'], ['held held', 'server'], ['offer offer', 'server']);
    const next: Kill = ({ letter, answer }) => {
      const [name, side] = kills[0] ?? [];
      if (name !== [letter.kind, answer?.kind].join(' ').trim()) return undefined;
      kills.shift();
      return side;
    };
    await walk(next, check);
    assert.equal(kills.length, 0);
    await decideAll('gateway');
    const pins = (await differences()).items.filter(({ keep }) => keep === undefined);
    assert.deepEqual([...new Set(pins.map(({ found }) => found))], ['serverOnly']);
    kills.push(['offer offer', 'gateway'], ['offer offer', 'server']);
    await walk(next, check);
    assert.equal(kills.length, 0);
    await decideAll('server');
    kills.push(['settle', 'gateway'], ['settle settled', 'server'], ['batch receipt', 'server']);
    await walk(next, check);
    assert.equal(kills.length, 0);
    assert.deepEqual(await master(), { master: 'cloud' });
    assert.equal(await outcome('yard', pin(ANNA_PIN)), 'granted');
    for (const value of [HERE, THERE, ANNA_CARD]) {
      assert.equal(await outcome('front', card(value)), 'granted', value);
    }
    assert.deepEqual(await server.fleetItems({ gateway: 'north', limit: 10 }), []);
  });

  it('take nothing over that nobody has decided, or that somebody has decided otherwise', async () => {
    await done(gateway, ...guest('here', HERE), put('person', { id: 'other', name: 'Other' }));
    await want('cloud');
    const asked = await letterOf('offer');
    const { brief, ...inFull } = asked;
    assert.equal(brief, true);
    const secret = await take(inFull);
    assert.ok(secret.kind === 'offer');
    await takeOffer(secret);
    assert.deepEqual(await server.find({ kind: 'person' }), []);
    const decisions = [{ kind: 'person', id: 'here', keep: 'gateway' } as const];
    await server.decideDifferences({ gateway: 'north', author: 'chief', decisions });
    await letterOf('offer');
    const late = await take(inFull);
    assert.ok(late.kind === 'offer');
    await decideAll('server');
    const changed = decisions.map((one) => ({ ...one, keep: 'server' as const }));
    await server.decideDifferences({ gateway: 'north', author: 'chief', decisions: changed });
    await takeOffer(late);
    assert.deepEqual(await server.find({ kind: 'person' }), []);
    await walk();
    assert.deepEqual(await gateway.find({ kind: 'person' }), []);
  });

  it('take over no item in the place of another, of another way, or sealed for somebody else', async () => {
    await done(gateway, ...guest('here', HERE), ...guest('also', THERE));
    await want('cloud');
    await walk();
    await decideAll('gateway');
    const offer = await take(await letterOf('offer'));
    assert.ok(offer.kind === 'offer');
    const sealed = offer.items.map((item) => item.sealed ?? '');
    const turned = offer.items.map((item, index) => ({
      ...item,
      sealed: sealed[(index + 1) % sealed.length] ?? '',
    }));
    await takeOffer({ ...offer, move: uuidv7() });
    assert.equal((await differences()).undecided, 0);
    await takeOffer({ ...offer, items: turned });
    const { items, undecided } = await differences();
    assert.equal(undecided, 6);
    assert.ok(items.every(({ failed }) => failed?.startsWith('KEY_MISMATCH')));
    assert.deepEqual(await server.find({ kind: 'person' }), []);
    await decideAll('gateway');
    await walk();
    await walk();
    assert.equal((await server.find({ kind: 'person' })).length, 2);
    assert.deepEqual(await master(), { master: 'cloud' });
  });

  it('end no way but the one that the gateway is on, with nothing older and with keys that can be read', async () => {
    await done(gateway, ...guest('here', HERE));
    await done(server, ...guest('here', HERE));
    await want('cloud');
    const end = await letterOf('settle');
    const refusals: [Partial<Settle>, string][] = [
      [{ move: uuidv7() }, 'notMoving'],
      [{ keys: end.keys.replace(/^../, end.keys.startsWith('AA') ? 'BB' : 'AA') }, 'unreadable'],
    ];
    for (const [more, refused] of refusals) {
      const answer = await take({ ...end, ...more });
      assert.ok(answer.kind === 'settled');
      assert.equal(answer.refused, refused);
      assert.deepEqual(await master(), { master: 'local', movingTo: 'cloud' });
      assert.equal(await outcome('front', card(HERE)), 'granted');
    }
    await assert.rejects(take({ ...end, gateway: 'south' }), { code: 'INPUT_INVALID' });
    const { move } = end;
    const items = [{ kind: 'credential', id: 'here-card' } as const];
    const asked = { ...ADDRESS, exchange: end.exchange, items };
    await take(end);
    assert.deepEqual(await master(), { master: 'cloud' });
    await assert.rejects(take({ kind: 'offer', move, ...asked }), { code: 'CONFLICT' });
    await want('local');
    const old = await take({ ...end, version: 0 });
    assert.ok(old.kind === 'settled' && old.refused === 'notMoving');
    const way = (await gateway.syncReport({ program: '0' })).move?.id ?? '';
    const older = await take({ ...end, move: way, version: end.version - 1 });
    assert.ok(older.kind === 'settled' && older.refused === 'oldVersion');
    assert.deepEqual(await master(), { master: 'cloud', movingTo: 'local' });
  });
});
