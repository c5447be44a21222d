import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { BatchLetter } from '../../lib/link/sync/batch.ts';
import type { LetterAnswer } from '../../lib/link/sync/receipt.ts';
import type { Change } from '../../lib/model/entity.ts';
import { consent, done, face, put, remove } from '../engine/faces/support.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { SAMPLE_CONFIG } from '../support/sample-site.ts';
import {
  ADDRESS,
  openBareGateway,
  openServer,
  report,
  settle,
  gatewayConfig,
} from '../support/sync-pair.ts';

const KEEP = { keepAfterValidity: 30, keepAfterWithdrawal: 0 } as const;
const ANNA = [
  put('person', { id: 'anna', name: 'Anna' }),
  put('permission', { id: 'anna-all', subject: { person: 'anna' }, target: { everywhere: true } }),
  consent('anna'),
];

describe('templates of faces that stay at their gateway', function () {
  this.timeout(30_000);
  let folder: string;
  let server: EngineService;
  let gateway: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    [server, gateway] = await Promise.all([openServer(folder), openBareGateway(folder)]);
    await gateway.configureFaces({ mode: 'gatewayOnly', ...KEEP });
  });

  afterEach(async () => {
    await Promise.all([server.close(), gateway.close()]);
    removeFolder(folder);
  });

  const want = (master: 'local' | 'cloud') =>
    gateway.configure({ ...SAMPLE_CONFIG, site: { ...SAMPLE_CONFIG.site, master } });
  const exchange = async (): Promise<BatchLetter[]> => {
    await report(server, gateway);
    const letters = await settle(server, gateway);
    await report(server, gateway);
    return letters;
  };
  const facesAt = async (engine: EngineService) => {
    const { put: faces } = await engine.faceChanges({});
    return faces.map(({ credential }) => credential).sort();
  };
  const credentialsAt = async (engine: EngineService) =>
    (await engine.find({ kind: 'credential', person: 'anna' })).map(({ id }) => id).sort();
  const refusal = async (engine: EngineService, change: Change): Promise<unknown> =>
    engine.change({ changes: [change], options: { author: 'test' } }).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
  const take = (letter: BatchLetter): Promise<LetterAnswer> =>
    gateway.takeLetter({ address: ADDRESS, letter });

  it('are shown to no server, not even by name, are no difference, and are there afterwards', async () => {
    await want('local');
    await done(gateway, ...ANNA, face('anna-face', 'anna'));
    await done(server, ...ANNA);
    await want('cloud');
    await report(server, gateway);
    const question = await server.nextLetter(ADDRESS);
    assert.ok(question?.kind === 'roots' && question.keys !== undefined);
    const { move, ownFaces } = await gateway.syncReport({ program: '0' });
    assert.ok(move !== undefined && ownFaces === true);
    const items = ['anna-face', 'none'].map((id) => ({ kind: 'credential' as const, id }));
    const { exchange: key } = question.keys;
    const asked = { kind: 'offer', ...ADDRESS, move: move.id, exchange: key, items } as const;
    for (const letter of [asked, { ...asked, brief: true } as const]) {
      const offer = await take(letter);
      assert.ok(offer.kind === 'offer');
      assert.deepEqual(offer.items, items);
    }
    await server.takeReceipt({ gateway: 'north', receipt: await take(question) });
    assert.equal((await exchange())[0]?.kind, 'settle');
    assert.deepEqual((await gateway.health()).master, { master: 'cloud' });
    assert.deepEqual(await facesAt(gateway), ['anna-face']);
    assert.deepEqual(await credentialsAt(server), []);
  });

  it('are enrolled at the gateway in cloud mode, and nothing else is', async () => {
    await want('cloud');
    await done(server, ...ANNA, face('at-server', 'anna'));
    await done(
      server,
      put('credential', { id: 'c', person: 'anna', type: 'card', value: '04AA0001' }),
    );
    await exchange();
    assert.deepEqual(
      await credentialsAt(gateway),
      ['c'],
      'the consent comes, the template does not',
    );
    await done(gateway, face('own', 'anna'));
    for (const change of [
      put('credential', { id: 'd', person: 'anna', type: 'card', value: '04BB0002' }),
      face('c', 'anna'),
      remove('credential', 'c'),
      put('credential', { id: 'own', person: 'anna', type: 'card', value: '04BB0002' }),
    ]) {
      assert.equal(await refusal(gateway, change), 'NOT_MASTER');
    }
    await server.compareGateway({ gateway: 'north' });
    await exchange();
    assert.deepEqual(await facesAt(gateway), ['own']);
    assert.deepEqual(await credentialsAt(server), ['at-server', 'c']);
    await done(gateway, remove('credential', 'own'), face('own-2', 'anna'));
    await done(server, remove('person', 'anna'));
    await exchange();
    assert.deepEqual(await gateway.find({ kind: 'person', id: 'anna' }), []);
    assert.deepEqual(await facesAt(gateway), [], 'a face goes with its person');
  });

  it('are not taken from a server that sends them nevertheless, and not dropped for it', async () => {
    await want('cloud');
    await done(server, ...ANNA, face('at-server', 'anna'));
    const { ownFaces, ...lie } = await gateway.syncReport({ program: '0' });
    assert.equal(ownFaces, true);
    await server.reportGateway({ gateway: 'north', report: lie });
    await settle(server, gateway);
    assert.deepEqual(await credentialsAt(gateway), []);
    const failed = (await server.fleetItems({ gateway: 'north', limit: 10 })).map(
      (row) => row.failed,
    );
    assert.equal(failed.length, 1);
    assert.match(failed[0] ?? '', /FORBIDDEN/);
    await done(gateway, face('at-server', 'anna'));
    await done(server, remove('credential', 'at-server'));
    await settle(server, gateway);
    assert.deepEqual(await facesAt(gateway), ['at-server']);
  });

  it('are sent to nobody by a server whose own they are, until that is changed', async () => {
    await gateway.configureFaces({ mode: 'stored', ...KEEP });
    await server.configureFaces({ mode: 'gatewayOnly', ...KEEP });
    await gateway.configure(gatewayConfig(SAMPLE_CONFIG.accessPoints));
    await done(server, ...ANNA, face('at-server', 'anna'));
    await exchange();
    assert.deepEqual(await facesAt(gateway), []);
    await server.configureFaces({ mode: 'stored', ...KEEP });
    await exchange();
    assert.deepEqual(await facesAt(gateway), ['at-server']);
  });
});
