import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { digestOf } from '../../lib/link/pictures/files.ts';
import { PictureCollector } from '../../lib/link/pictures/collector.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { SNAPSHOTS, pathOf, referenceOf } from '../../lib/pictures/files.ts';
import { Snapshots } from '../../lib/runtime/snapshots.ts';
import { LogRig } from '../support/log-rig.ts';
import { ANNA_CARD, BORIS_CARD, attemptAt, card } from '../support/sample-site.ts';

const DAYS = 7;
const DPO = 'dpo';

describe('the pictures beside the log, as the engine knows them', function () {
  this.timeout(30_000);
  let rig: LogRig;
  let snapshots: Snapshots;
  let collector: PictureCollector;

  before(async () => {
    rig = new LogRig();
    await rig.open();
    snapshots = new Snapshots({ folder: rig.gatewayFolder, engine: rig.gateway }, assert.ifError);
    collector = serverOf();
    rig.collect();
  });
  beforeEach(async () => {
    for (const person of ['anna', 'boris']) await erase('gateway', person);
  });
  after(async () => {
    snapshots.close();
    await rig.close();
  });

  function serverOf(): PictureCollector {
    return new PictureCollector({ folder: rig.serverFolder, engine: rig.server, quota: 1e9 });
  }

  const verdict = async (id: string, gateway = 'north') =>
    (await rig.server.judgePicture({ gateway, id })).verdict;
  const isKept = (id: string): boolean =>
    existsSync(pathOf(path.join(rig.gatewayFolder, SNAPSHOTS), { id, days: DAYS }, 'picture'));
  const erase = (engine: 'gateway' | 'server', person: string) =>
    rig[engine].erasePerson({ person, what: 'biometrics', author: DPO });

  /** Somebody comes, and a picture is kept with the record. Resolves with its id. */
  async function passWithPicture(value: string): Promise<string> {
    const attempt = attemptAt(rig.clock.now(), 'front', card(value));
    const snapshot = await snapshots.keep(attempt.id, DAYS, Buffer.from('a face'));
    await rig.gateway.decide({ ...attempt, snapshot });
    return attempt.id;
  }

  /** The picture of an attempt arrives at the server; resolves with what that answers. */
  async function arrive(id: string): Promise<string | undefined> {
    const bytes = randomBytes(50);
    const which = { id, sha256: digestOf(bytes) };
    const offer = { kind: 'offer', ...which, size: 50, type: 'image/jpeg', days: DAYS };
    const answer = await collector.take('north', offer);
    if (answer?.kind === 'fileRefused') return answer.reason;
    const data = bytes.toString('base64');
    return (await collector.take('north', { kind: 'part', ...which, offset: 0, data }))?.kind;
  }

  it('are wanted when a record of the same gateway tells of them, and only then', async () => {
    const id = await passWithPicture(ANNA_CARD);
    assert.equal(await verdict(id), 'unknown');
    await rig.drained();
    assert.equal(await verdict(id), 'wanted');
    assert.equal(await verdict(id, 'south'), 'unknown');
    assert.equal(await verdict(uuidv7()), 'unknown');
    for (const wrong of ['../x', '', 'a/b', `${id}.jpg`]) {
      await assert.rejects(verdict(wrong), { code: 'INPUT_INVALID' });
    }
  });

  it('go with their person at the gateway, those of others stay', async () => {
    const [anna, second, boris] = [
      await passWithPicture(ANNA_CARD),
      await passWithPicture(ANNA_CARD),
      await passWithPicture(BORIS_CARD),
    ];
    assert.equal((await erase('gateway', 'anna')).pictures, 2);
    assert.deepEqual([anna, second, boris].map(isKept), [false, false, true]);
    rig.clock.advance(60_000);
    const { kept, waiting } = (await rig.gateway.health()).pictures;
    assert.deepEqual([kept, waiting], [1, 1]);
    assert.equal((await erase('gateway', 'anna')).pictures, 0);
    const [event] = await rig.gateway.recentRecords({ stream: 'event', limit: 1 });
    assert.equal(event?.body.details?.pictures, 0);
  });

  it('go with their person though the gateway has let go of its records', async () => {
    const id = await passWithPicture(ANNA_CARD);
    await rig.pass(2001);
    await rig.drained();
    const left = await rig.gateway.readRecords({ stream: 'access', after: 0, limit: 1 });
    assert.ok((left[0]?.seq ?? 0) > 1, 'the record is gone');
    assert.equal((await erase('gateway', 'anna')).pictures, 1);
    assert.equal(isKept(id), false);
  });

  it('go with their person at the server, also those of which only a part is there', async () => {
    const [whole, part, boris] = [
      await passWithPicture(ANNA_CARD),
      await passWithPicture(ANNA_CARD),
      await passWithPicture(BORIS_CARD),
    ];
    await rig.drained();
    assert.equal(await arrive(whole), 'fileStored');
    assert.equal(await arrive(boris), 'fileStored');
    const offer = { id: part, sha256: 'a'.repeat(64), size: 50, type: 'image/jpeg', days: DAYS };
    await collector.take('north', { kind: 'offer', ...offer });
    const { id, sha256 } = offer;
    await collector.take('north', { kind: 'part', id, sha256, offset: 0, data: 'YWFh' });
    assert.equal((await erase('server', 'anna')).pictures, 1);
    await assert.rejects(collector.read('north', referenceOf(whole)), { code: 'NOT_FOUND' });
    assert.equal((await collector.read('north', referenceOf(boris))).length, 50);
    assert.deepEqual(await Promise.all([whole, part, boris].map(arrive)), [
      ...['erased', 'erased', 'taken'],
    ]);
  });

  it('that come after their person was erased are refused, after a restart, too', async () => {
    const late = await passWithPicture(ANNA_CARD);
    await erase('server', 'anna');
    await rig.drained();
    await rig.stopServer();
    await rig.startServer();
    collector = serverOf();
    assert.equal(await arrive(late), 'erased');
  });

  it('of somebody who is known again are taken, those of before are not', async () => {
    const before = await passWithPicture(ANNA_CARD);
    await rig.drained();
    await rig.server.change({
      changes: [{ op: 'create', kind: 'person', value: { id: 'anna', name: 'Anna' } }],
      options: { author: DPO },
    });
    await erase('server', 'anna');
    rig.clock.advance(1000);
    const after = await passWithPicture(ANNA_CARD);
    await rig.drained();
    assert.equal(await arrive(before), 'erased');
    assert.equal(await arrive(after), 'fileStored');
  });
});
