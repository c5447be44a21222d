import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Difference, DifferenceDecisions } from '../../lib/engine/fleet/fleet-engine.ts';
import type { BatchLetter } from '../../lib/link/sync/batch.ts';
import type { Change, EntityKind } from '../../lib/model/entity.ts';
import type { Master } from '../../lib/model/master.ts';
import { issueToken } from '../../lib/readers/token/issue.ts';
import { createTokenKeys } from '../../lib/readers/token/keys.ts';
import { assertSameFace, consent, face, templateOf } from '../engine/faces/support.ts';
import { eventCodes, newest } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  ANNA_CARD,
  ANNA_PIN,
  BORIS_CARD,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
  attemptAt,
  card,
  pin,
  qr,
  type Presented,
} from '../support/sample-site.ts';
import { ADDRESS, openBareGateway, openServer, report, settle } from '../support/sync-pair.ts';

const put = (kind: EntityKind, value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});
const NEW_CARD = '0499887766';
const isPin = (change: Change) => change.op !== 'delete' && change.value.type === 'pin';
const WITHOUT_PINS = SAMPLE_CHANGES.filter((change) => !isPin(change));

/** Somebody with a card who may pass everywhere. */
const guest = (id: string, value: string): Change[] => [
  put('person', { id, name: `Guest ${id}`, department: 'Ward 4' }),
  put('credential', { id: `${id}-card`, person: id, type: 'card', value, label: 'blue' }),
  put('permission', { id: `${id}-all`, subject: { person: id }, target: { everywhere: true } }),
];

describe('moving a site between its own and a server as its master', function () {
  this.timeout(30_000);
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
  const change = async (engine: EngineService, ...changes: Change[]): Promise<void> => {
    const done = await engine.change({ changes, options: { author: 'test' } });
    assert.deepEqual(done.failed, []);
  };
  const exchange = async (): Promise<BatchLetter[]> => {
    await report(server, gateway);
    const letters = await settle(server, gateway);
    await report(server, gateway);
    return letters;
  };
  const differences = () => server.differences({ gateway: 'north', limit: 100 });
  const names = (items: readonly Difference[]) =>
    items.map(({ kind, id, found }) => `${kind} ${id} ${found}`);
  const decide = (what: DifferenceDecisions) =>
    server.decideDifferences({ gateway: 'north', author: 'chief', ...what });
  const outcome = async (accessPoint: string, ...shown: Presented[]) =>
    (await gateway.decide(attemptAt(Date.now(), accessPoint, ...shown))).outcome;
  const master = async () => (await gateway.health()).master;
  const all = (keep: 'server' | 'gateway') => decide({ keep, all: true });

  it('finds no difference where both hold the same, and is in force at once', async () => {
    await change(gateway, ...WITHOUT_PINS);
    await change(server, ...WITHOUT_PINS);
    await want('cloud');
    assert.deepEqual(await master(), { master: 'local', movingTo: 'cloud' });
    assert.equal(await outcome('front', card(ANNA_CARD)), 'granted');
    const letters = await exchange();
    assert.deepEqual(await master(), { master: 'cloud' });
    assert.deepEqual(letters.map(({ kind }) => kind).at(-1), 'roots');
    assert.ok(!letters.some(({ kind }) => kind === 'batch'));
    assert.equal(await outcome('front', card(ANNA_CARD)), 'granted');
    assert.equal((await server.fleet({}))[0]?.moving, undefined);
  });

  it('shows what is here, there and different, and changes nothing until all is decided', async () => {
    await change(gateway, ...WITHOUT_PINS, ...guest('here', NEW_CARD));
    await change(
      server,
      ...WITHOUT_PINS,
      ...guest('there', '0411111111'),
      put('person', { id: 'boris', name: 'Boris B.' }),
    );
    await want('cloud');
    await report(server, gateway);
    await assert.rejects(all('server'), { code: 'CONFLICT', message: /compared/ });
    await exchange();
    const wrong = { kind: 'person', id: 'nobody', keep: 'server' } as const;
    const { decided, refused: unknown } = await decide({ decisions: [wrong] });
    assert.deepEqual([decided, unknown], [0, [{ kind: 'person', id: 'nobody' }]]);
    const { items, undecided, comparing, to } = await differences();
    assert.deepEqual([undecided, comparing, to], [7, false, 'cloud']);
    assert.deepEqual(names(items), [
      'credential here-card gatewayOnly',
      'credential there-card serverOnly',
      'permission here-all gatewayOnly',
      'permission there-all serverOnly',
      'person boris different',
      'person here gatewayOnly',
      'person there serverOnly',
    ]);
    assert.equal(items.find(({ id }) => id === 'there')?.server?.name, 'Guest there');
    assert.equal(items.find(({ id }) => id === 'here')?.gateway?.name, 'Guest here');
    const boris = items.find(({ id }) => id === 'boris');
    assert.deepEqual([boris?.server?.name, boris?.gateway?.name], ['Boris B.', 'Boris']);
    const hint = items.find(({ id }) => id === 'here-card')?.gateway?.hint;
    assert.ok(typeof hint === 'string' && !NEW_CARD.includes(hint));
    const [, second] = items;
    assert.ok(second);
    const after = { kind: second.kind, id: second.id };
    const page = await server.differences({ gateway: 'north', after, limit: 1 });
    assert.deepEqual(names(page.items), ['permission here-all gatewayOnly']);
    const refused = gateway.change({
      changes: [put('person', { id: 'new', name: 'New' })],
      options: { author: 'test' },
    });
    await assert.rejects(refused, { code: 'NOT_MASTER' });
    const some = await decide({ decisions: [{ kind: 'person', id: 'boris', keep: 'server' }] });
    assert.deepEqual([some.decided, some.undecided], [1, 6]);
    assert.deepEqual(await exchange(), []);
    assert.equal((await server.fleet({}))[0]?.moving?.undecided, 6);
    assert.equal(await outcome('front', card(NEW_CARD)), 'granted');
    assert.deepEqual(await master(), { master: 'local', movingTo: 'cloud' });
  });

  it('takes over what only the gateway has, in full, and then sends the rest', async () => {
    const keys = createTokenKeys('ed25519');
    const own = { person: 'here', value: 'PHONE-1' };
    const phone = { ...own, id: 'here-phone', type: 'qr', tokenKey: keys.checking };
    await change(gateway, ...WITHOUT_PINS, ...guest('here', NEW_CARD), put('credential', phone));
    await change(gateway, consent('here'), face('here-face', 'here', { template: templateOf(3) }));
    await change(server, ...guest('there', '0411111111'));
    await want('cloud');
    await exchange();
    const { undecided } = await all('gateway');
    assert.equal(undecided, 3); // what is at the server only cannot be absent there
    await all('server');
    const letters = JSON.stringify(await exchange());
    assert.ok(!letters.includes(NEW_CARD));
    assert.deepEqual(await master(), { master: 'cloud' });
    await exchange();
    const [person] = await server.find({ kind: 'person', id: 'here' });
    assert.deepEqual([person?.name, person?.department], ['Guest here', 'Ward 4']);
    const [known] = await server.find({
      kind: 'credential',
      credential: { type: 'card', value: NEW_CARD },
    });
    assert.deepEqual([known?.id, known?.label], ['here-card', 'blue']);
    for (const engine of [server, gateway]) {
      const [face, ...others] = (await engine.faceChanges({})).put;
      assert.deepEqual([face?.credential, others], ['here-face', []]);
      assertSameFace(face?.template, templateOf(3));
    }
    const claims = { site: 'plant', accessPoints: ['front'], credential: 'PHONE-1', life: 30 };
    assert.equal(
      await outcome('front', qr(issueToken(claims, keys.signing, Date.now()))),
      'granted',
    );
    for (const value of [NEW_CARD, '0411111111', ANNA_CARD]) {
      assert.equal(await outcome('front', card(value)), 'granted', value);
    }
    const codes = await eventCodes(server);
    assert.ok(codes.includes('takenFromGateway') && codes.includes('differencesDecided'));
    assert.deepEqual(await server.fleetItems({ gateway: 'north', limit: 10 }), []);
  });

  it('deletes at the gateway what the server shall keep absent', async () => {
    await change(gateway, ...guest('here', NEW_CARD), ...guest('both', BORIS_CARD));
    await change(server, ...guest('both', BORIS_CARD));
    await want('cloud');
    await exchange();
    await all('server');
    await exchange();
    assert.deepEqual(await master(), { master: 'cloud' });
    await exchange();
    assert.equal(await outcome('front', card(NEW_CARD)), 'unknown');
    assert.equal(await outcome('front', card(BORIS_CARD)), 'granted');
  });

  it('lists a PIN as different, takes the one of the server, and says why it cannot take the other', async () => {
    await change(gateway, ...SAMPLE_CHANGES);
    await change(server, ...SAMPLE_CHANGES);
    await want('cloud');
    await exchange();
    assert.deepEqual(names((await differences()).items), [
      'credential anna-duress different',
      'credential anna-pin different',
      'credential boris-pin different',
    ]);
    await all('gateway');
    await exchange();
    const { items, undecided } = await differences();
    assert.equal(undecided, 3);
    assert.ok(items.every(({ failed }) => failed?.includes('enter it again')));
    assert.equal(await outcome('yard', pin(ANNA_PIN)), 'granted');
    await all('server');
    await exchange();
    assert.deepEqual(await master(), { master: 'cloud' });
    assert.equal(await outcome('vault', card(ANNA_CARD), pin(ANNA_PIN)), 'granted');
    assert.equal(await outcome('yard', pin(ANNA_PIN)), 'granted', 'by its own digest');
    await exchange();
    assert.equal(await outcome('yard', pin(ANNA_PIN)), 'granted', 'by the digest of the site');
    assert.equal(await outcome('yard', pin('000001')), 'unknown');
  });

  it('asks again when an item that was decided has changed', async () => {
    await change(gateway, ...guest('both', NEW_CARD), ...guest('here', BORIS_CARD));
    await change(server, ...guest('both', NEW_CARD), put('person', { id: 'both', name: 'Other' }));
    await want('cloud');
    await exchange();
    const { undecided } = await decide({
      decisions: [{ kind: 'person', id: 'both', keep: 'server' }],
    });
    assert.equal(undecided, 3);
    await change(server, put('person', { id: 'both', name: 'Another' }));
    await exchange();
    assert.equal((await differences()).undecided, 4);
  });

  it('moves to cloud, back to local, and to cloud again, with the same card at all times', async () => {
    await change(gateway, ...guest('here', NEW_CARD));
    await want('cloud');
    await exchange();
    await all('gateway');
    await exchange();
    await exchange();
    await want('local');
    assert.deepEqual(await master(), { master: 'cloud', movingTo: 'local' });
    await exchange();
    assert.deepEqual(await master(), { master: 'local' });
    assert.equal(await outcome('front', card(NEW_CARD)), 'granted');
    await change(gateway, put('person', { id: 'here', name: 'Renamed' }));
    await want('cloud');
    await exchange();
    assert.deepEqual(names((await differences()).items), ['person here different']);
    await all('gateway');
    await exchange();
    assert.deepEqual(await master(), { master: 'cloud' });
    const [person] = await server.find({ kind: 'person', id: 'here' });
    assert.deepEqual([person?.name, person?.department], ['Renamed', 'Ward 4']);
    assert.equal(await outcome('front', card(NEW_CARD)), 'granted');
  });

  it('brings what the server keeps to the gateway before that becomes its own master', async () => {
    await want('cloud');
    await exchange();
    await change(server, ...guest('there', NEW_CARD));
    await exchange();
    await want('local');
    await change(server, put('person', { id: 'there', name: 'Renamed' }));
    await exchange();
    assert.deepEqual(names((await differences()).items), ['person there different']);
    await all('server');
    const letters = await exchange();
    assert.deepEqual(
      letters.map(({ kind }) => kind),
      ['batch', 'settle', 'roots'],
    );
    assert.deepEqual(await master(), { master: 'local' });
    const [person] = await gateway.find({ kind: 'person', id: 'there' });
    assert.equal(person?.name, 'Renamed');
    await change(gateway, put('person', { id: 'own', name: 'Own' }));
  });

  it('takes over no batch and no end from before it went its way', async () => {
    await want('cloud');
    await exchange();
    await change(server, ...guest('there', NEW_CARD));
    await report(server, gateway);
    const late = await server.nextLetter(ADDRESS);
    assert.ok(late?.kind === 'batch');
    const receipt = await gateway.takeLetter({ address: ADDRESS, letter: late });
    await server.takeReceipt({ gateway: 'north', receipt });
    await change(server, put('person', { id: 'there', name: 'Renamed' }));
    const lost = await server.nextLetter(ADDRESS);
    assert.ok(lost?.kind === 'batch');
    await want('local');
    const refused = await gateway.takeLetter({ address: ADDRESS, letter: lost });
    assert.ok(refused.kind === 'receipt' && refused.refused === 'localMaster');
    await exchange();
    await all('gateway');
    const end = (await exchange()).find(({ kind }) => kind === 'settle');
    assert.ok(end);
    assert.deepEqual(await master(), { master: 'local' });
    await want('cloud');
    const again = await gateway.takeLetter({ address: ADDRESS, letter: end });
    assert.ok(again.kind === 'settled' && again.refused === 'notMoving');
    await exchange();
    assert.deepEqual(await master(), { master: 'cloud' });
    const old = await gateway.takeLetter({ address: ADDRESS, letter: lost });
    assert.ok(old.kind === 'receipt' && old.refused !== undefined);
    const [person] = await gateway.find({ kind: 'person', id: 'there' });
    assert.equal(person?.name, 'Guest there');
  });

  it('becomes its own master without a server only by somebody who gives a reason', async () => {
    await change(gateway, ...guest('here', NEW_CARD));
    const seize = (reason: string) => gateway.takeMastership({ author: 'chief', reason });
    await assert.rejects(seize('burnt down'), { code: 'CONFLICT' });
    await want('cloud');
    await assert.rejects(seize('burnt down'), { code: 'CONFLICT' });
    await exchange();
    await all('gateway');
    await exchange();
    await want('local');
    await assert.rejects(seize(''), { code: 'INPUT_INVALID' });
    await seize('the server burnt down');
    assert.deepEqual(await master(), { master: 'local' });
    const { body } = await newest(gateway, 'event');
    assert.equal(body.code, 'masterChanged');
    assert.equal(body.author, 'chief');
    assert.equal(body.details?.reason, 'the server burnt down');
    await change(gateway, put('person', { id: 'own', name: 'Own' }));
  });
});
