import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { GatewayErasure } from '../../lib/engine/fleet/erasures.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Clock } from '../../lib/model/clock.ts';
import type { Change, EntityKind } from '../../lib/model/entity.ts';
import { TestClock } from '../support/clock.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  ANNA_CARD,
  ANNA_PIN,
  BORIS_CARD,
  BORIS_PIN,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
  attemptAt,
  card,
  pin,
  type Presented,
} from '../support/sample-site.ts';
import {
  ADDRESS,
  gatewayConfig,
  openGateway,
  openPair,
  type SyncPair,
} from '../support/sync-pair.ts';
import { eventCodes, newest } from '../support/engine.ts';

const put = (kind: EntityKind, value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});
const remove = (kind: EntityKind, id: string): Change => ({ op: 'delete', kind, id });
const points = (...ids: string[]): AccessPoint[] =>
  SAMPLE_CONFIG.accessPoints.filter(({ id }) => ids.includes(id));

describe('device sync between two engines', function () {
  this.timeout(20_000);
  let folder: string;
  let pair: SyncPair;

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(async () => {
    await pair.close();
    removeFolder(folder);
  });

  const start = async (accessPoints?: readonly AccessPoint[], clock?: Clock): Promise<void> => {
    pair = await openPair({
      folder,
      ...(accessPoints && { accessPoints }),
      ...(clock && { clock }),
    });
    await pair.report();
    await pair.change(...SAMPLE_CHANGES);
    await pair.settle();
  };
  const outcome = async (accessPoint: string, ...shown: Presented[]) =>
    (await pair.gateway.decide(attemptAt(Date.now(), accessPoint, ...shown))).outcome;
  const held = async (kind: EntityKind) =>
    (await pair.gateway.find({ kind, limit: 1000 })).map(({ id }) => id);

  it('opens the doors of a gateway to people who were entered at the server', async () => {
    await start();
    assert.equal(await outcome('front', card(ANNA_CARD)), 'granted');
    assert.equal(await outcome('vault', card(ANNA_CARD), pin(ANNA_PIN)), 'granted');
    assert.equal(await outcome('yard', pin(ANNA_PIN)), 'granted');
    assert.equal(await outcome('vault', card(BORIS_CARD), pin(ANNA_PIN)), 'denied');
    assert.deepEqual(await pair.server.fleetItems({ gateway: 'north', limit: 10 }), []);
  });

  it('goes on finding credentials after a restart of the gateway', async () => {
    await start();
    await pair.gateway.close();
    pair.gateway = await openGateway(folder);
    assert.equal(await outcome('yard', pin(BORIS_PIN)), 'denied');
    assert.equal(await outcome('yard', pin(ANNA_PIN)), 'granted');
    assert.equal(await outcome('front', card(ANNA_CARD)), 'granted');
  });

  it('sends nobody to a gateway who may not pass any of its access points', async () => {
    pair = await openPair({ folder, accessPoints: points('front') });
    await pair.report();
    await pair.change(
      put('group', { id: 'night', name: 'Night shift' }),
      put('person', { id: 'own', name: 'Own' }),
      put('person', { id: 'member', name: 'Member', groups: ['night'], department: 'Ward 4' }),
      put('person', { id: 'elsewhere', name: 'Elsewhere' }),
      put('person', { id: 'refused', name: 'Refused' }),
      put('permission', { id: 'a', subject: { person: 'own' }, target: { accessPoint: 'front' } }),
      put('permission', { id: 'b', subject: { group: 'night' }, target: { everywhere: true } }),
      put('permission', {
        id: 'c',
        subject: { person: 'elsewhere' },
        target: { accessPoint: 'vault' },
      }),
      put('permission', {
        id: 'd',
        effect: 'deny',
        subject: { person: 'refused' },
        target: { everywhere: true },
      }),
    );
    await pair.settle();
    assert.deepEqual(await held('person'), ['member', 'own']);
    assert.deepEqual(await held('permission'), ['a', 'b']);
    const [member] = await pair.gateway.find({ kind: 'person', id: 'member' });
    assert.deepEqual(member, { id: 'member', name: 'Member', groups: ['night'] });
  });

  it('sends only credentials that the readers of the gateway can read, and no card number', async () => {
    const [front] = points('front');
    assert.ok(front);
    pair = await openPair({ folder, accessPoints: [{ ...front, supports: ['card'] }] });
    await pair.report();
    await pair.change(...SAMPLE_CHANGES);
    const letters = JSON.stringify(await pair.settle());
    assert.deepEqual(await held('credential'), ['anna-card', 'boris-card', 'chief-card']);
    assert.ok(!letters.includes(ANNA_CARD));
    assert.equal(await outcome('front', card(ANNA_CARD)), 'granted');
  });

  it('follows access points that are added and taken away', async () => {
    await start(points('front'));
    await pair.gateway.configure(gatewayConfig(points('exit')));
    await pair.change(
      put('permission', {
        id: 'anna-all',
        subject: { person: 'anna' },
        target: { accessPoint: 'front' },
      }),
    );
    await pair.report();
    await pair.settle();
    assert.deepEqual(await held('person'), ['boris', 'chief']);
    await pair.gateway.configure(gatewayConfig([]));
    await pair.report();
    await pair.settle();
    assert.deepEqual(await held('person'), []);
    assert.deepEqual(await held('schedule'), []);
  });

  it('takes away before it gives, in the same batch and across batches', async () => {
    await start();
    await pair.change(
      put('person', { id: 'carla', name: 'Carla' }),
      put('credential', { id: 'carla-card', person: 'carla', type: 'card', value: '0499887766' }),
      put('permission', {
        id: 'carla',
        subject: { person: 'carla' },
        target: { everywhere: true },
      }),
      put('permission', {
        id: 'boris-no',
        effect: 'deny',
        subject: { person: 'boris' },
        target: { everywhere: true },
      }),
      remove('permission', 'anna-all'),
    );
    const [letter] = await pair.settle();
    assert.ok(letter?.kind === 'batch');
    const names = letter.items.map((item) =>
      'drop' in item ? `-${item.drop} ${item.id}` : `${item.put} ${item.value.id}`,
    );
    assert.ok(names.indexOf('-person anna') < names.indexOf('permission boris-no'), names.join());
    assert.ok(names.indexOf('permission boris-no') < names.indexOf('person carla'), names.join());
    assert.equal(await outcome('front', card(ANNA_CARD)), 'unknown');
    assert.equal(await outcome('front', card('0499887766')), 'granted');
  });

  it('refuses a batch of an older policy version, and says so', async () => {
    await start();
    await pair.change(put('person', { id: 'boris', name: 'Boris', status: 'disabled' }));
    const letter = await pair.server.nextLetter(ADDRESS);
    assert.ok(letter?.kind === 'batch');
    await pair.gateway.takeLetter({ address: ADDRESS, letter });
    const old = { ...letter, number: letter.number + 1, version: letter.version - 1 };
    const receipt = await pair.gateway.takeLetter({ address: ADDRESS, letter: old });
    assert.ok(receipt.kind === 'receipt');
    assert.equal(receipt.refused, 'oldVersion');
    assert.equal((await newest(pair.gateway, 'event')).body.code, 'batchRefused');
    const again = await pair.gateway.takeLetter({ address: ADDRESS, letter });
    assert.ok(again.kind === 'receipt' && again.refused === 'oldNumber');
  });

  it('refuses a letter for another gateway or site, and one that is malformed', async () => {
    await start();
    const letter = { kind: 'roots', id: 'x', site: 'plant', gateway: 'north' } as const;
    for (const address of [
      { site: 'plant', gateway: 'south' },
      { site: 'park', gateway: 'north' },
    ]) {
      await assert.rejects(pair.gateway.takeLetter({ address, letter }), { code: 'INPUT_INVALID' });
    }
    const extra = { ...letter, more: 1 };
    await assert.rejects(pair.gateway.takeLetter({ address: ADDRESS, letter: extra }), {
      code: 'INPUT_INVALID',
    });
  });

  it('repairs a gateway that was edited by hand, without sending the rest again', async () => {
    await start();
    await pair.gateway.close();
    const db = new DatabaseSync(`${folder}/gateway/gateway.db`);
    db.exec(`
      INSERT INTO person (id, name, search) VALUES ('intruder', 'Intruder', '');
      INSERT INTO permission (id, person, everywhere, search) VALUES ('i', 'intruder', 1, '');
      UPDATE person SET valid_to = '2000-01-01' WHERE id = 'anna';
      UPDATE credential SET sealed = x'00' WHERE id = 'anna-pin';
      DELETE FROM credential WHERE id = 'boris-pin';`);
    db.close();
    pair.gateway = await openGateway(folder);
    assert.equal(await outcome('front', card(ANNA_CARD)), 'denied');
    await pair.server.compareGateway({ gateway: 'north' });
    const letters = await pair.settle();
    const items = letters.flatMap((letter) => (letter.kind === 'batch' ? letter.items : []));
    const names = items.map((item) => ('drop' in item ? `-${item.id}` : item.value.id)).sort();
    assert.deepEqual(names, ['-intruder', 'anna', 'anna-pin', 'boris-pin']);
    assert.deepEqual(await held('permission'), ['anna-all', 'boris-office']);
    assert.deepEqual(await held('person'), ['anna', 'boris', 'chief']);
    assert.equal(await outcome('vault', card(ANNA_CARD), pin(ANNA_PIN)), 'granted');
    assert.equal(letters.filter(({ kind }) => kind === 'held').length, 2);
  });

  it('brings a gateway that came back from an old backup up to date, with its revoked cards', async () => {
    await start();
    await pair.gateway.backup({ file: `${folder}/old.db` });
    await pair.change(remove('credential', 'anna-card'));
    await pair.settle();
    await pair.gateway.close();
    await restore(folder, `${folder}/old.db`);
    pair.gateway = await openGateway(folder);
    assert.equal(await outcome('front', card(ANNA_CARD)), 'granted');
    await pair.report();
    await pair.settle();
    assert.equal(await outcome('front', card(ANNA_CARD)), 'unknown');
  });

  it('tells of an alarm when something taken away is not confirmed in time, once', async () => {
    await start();
    await pair.change(remove('credential', 'anna-card'));
    await pair.server.nextLetter(ADDRESS);
    const wait = new Promise((resolve) => setTimeout(resolve, 1100));
    await wait;
    await pair.server.watchFleet({ limit: 1000 });
    await pair.server.watchFleet({ limit: 1000 });
    const codes = await eventCodes(pair.server);
    assert.equal(codes.filter((code) => code === 'revocationUnconfirmed').length, 1);
    const [view] = await pair.server.fleet({});
    assert.ok(view?.revoking !== undefined && view.pending === 1);
  });

  it('asks every gateway for the receipt of an erasure, and tells of an alarm without one, once', async () => {
    const clock = new TestClock();
    await start(undefined, clock);
    const ask = (): Promise<GatewayErasure[]> => pair.server.waitingErasures({ gateway: 'north' });
    await pair.server.erasePerson({ person: 'boris', what: 'person', author: 'desk' });
    assert.deepEqual(
      (await ask()).map(({ person, what, author }) => [person, what, author]),
      [['boris', 'person', 'desk']],
    );
    clock.advance(1001);
    await pair.server.watchFleet({ limit: 1000 });
    await pair.server.watchFleet({ limit: 1000 });
    const receipt = { person: 'boris', at: 1, credentials: 1, left: 0, pictures: 0, event: 7 };
    const take = (what: 'person' | 'biometrics'): Promise<void> =>
      pair.server.takeErasure({ gateway: 'north', person: 'boris', erased: { ...receipt, what } });
    await pair.server.takeErasure({
      gateway: 'north',
      person: 'boris',
      failed: 'CONFLICT: a pass',
    });
    await take('biometrics');
    assert.equal((await ask())[0]?.failed, 'CONFLICT: a pass');
    await take('person');
    await take('person');
    assert.deepEqual(await ask(), []);
    await pair.server.watchFleet({ limit: 1000 });
    const codes = (await eventCodes(pair.server)).filter((code) => code.startsWith('eras'));
    assert.deepEqual(codes, [
      'erased',
      'erasureUnconfirmed',
      'erasedAtGateway',
      'erasureConfirmed',
    ]);
  });
});

async function restore(folder: string, file: string): Promise<void> {
  const { copyFile, rm } = await import('node:fs/promises');
  const database = `${folder}/gateway/gateway.db`;
  for (const suffix of ['', '-wal', '-shm']) await rm(`${database}${suffix}`, { force: true });
  await copyFile(file, database);
}
