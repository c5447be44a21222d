import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { enrol } from '../../lib/face/use/enrolment.ts';
import type { PhotoLetter } from '../../lib/link/sync/receipt.ts';
import { acquireFaces, type SiteFaces } from '../../lib/runtime/faces.ts';
import type { GatewayHost } from '../../lib/runtime/gateway-host.ts';
import type { ServerHost } from '../../lib/runtime/server-host.ts';
import { GatewaySync } from '../../lib/sync/gateway-sync.ts';
import { ServerSync } from '../../lib/sync/server-sync.ts';
import { consent, face } from '../engine/faces/support.ts';
import { modelFolder, photo, portrait, PORTRAITS, type Portrait } from '../support/face.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { reached, startGateway, startServer } from '../support/link-hosts.ts';
import { SAMPLE_CHANGES } from '../support/sample-site.ts';
import { openPair, type SyncPair } from '../support/sync-pair.ts';

const CONSENT = { text: 'v1', language: 'en' };

/** A server and a gateway with face processes of their own, over the embedded broker. */
describe('faces over the link', function () {
  this.timeout(60_000);
  const events = new EventEmitter();
  const closing: (() => unknown)[] = [];
  let folder: string;
  let models: string;
  let pair: SyncPair;
  let server: ServerHost;
  let gateway: GatewayHost;
  let faces: Record<'server' | 'gateway', SiteFaces>;

  before(async () => {
    folder = makeFolder();
    models = await modelFolder();
    process.env.GATEWIRE_FACE_MODELS = models;
    pair = await openPair({ folder });
    const sites = { server: siteOf('server'), gateway: siteOf('gateway') };
    server = await startServer(sites.server.api);
    gateway = startGateway(sites.gateway.api, server.port);
    await gateway.pair(server.invite('north', 'ann').code, 'bob');
    await reached(gateway, 'online');
    faces = { server: facesOf(sites.server), gateway: facesOf(sites.gateway) };
    await faces.gateway.service.describe({});
    startSync();
    await pair.change(...SAMPLE_CHANGES);
    await settled();
  });

  after(async () => {
    Reflect.deleteProperty(process.env, 'GATEWIRE_FACE_MODELS');
    for (const close of closing) await close();
    await gateway.close();
    await server.close();
    await Promise.all([faces.server.client.close(), faces.gateway.client.close()]);
    await pair.close();
    removeFolder(folder);
    removeFolder(models);
  });

  function siteOf(role: 'server' | 'gateway'): FakeSite {
    const site = fakeSite(pair[role], { id: 'plant' });
    closing.push(() => site.close());
    return site;
  }

  function facesOf({ api }: FakeSite): SiteFaces {
    const acquired = acquireFaces(api);
    closing.push(acquired.release);
    return acquired.faces;
  }

  function startSync(): void {
    const ignore = (): void => undefined;
    const onError = (error: unknown): void => {
      events.emit('error', error);
    };
    const atServer = new ServerSync({
      ...{ end: server.server, engine: pair.server, revocationLimit: 60_000 },
      ...{ onCommand: ignore, onCaptured: ignore, onError },
      onPhotos: (answer) => events.emit('photos', answer),
    });
    const atGateway = new GatewaySync({
      ...{ end: gateway.gateway, engine: pair.gateway, program: '0.0.0', tellDoors: ignore },
      ...{ onOpening: ignore, onCommand: ignore, onError },
    });
    closing.push(
      () => {
        atServer.close();
      },
      () => {
        atGateway.close();
      },
    );
  }

  /** Resolves when the gateway has answered everything that the server wants it to hold. */
  async function settled(): Promise<void> {
    const { policyVersion } = await pair.server.health();
    for (;;) {
      const [view] = await pair.server.fleet({});
      if (view !== undefined && view.pending === view.failed && view.applied >= policyVersion)
        return;
      await setTimeout(20);
    }
  }

  /** As a camera sends it, small enough for the link. */
  const small = async (of: Portrait): Promise<string> =>
    (await portrait(of).resize(400).jpeg({ quality: 80 }).toBuffer()).toString('base64');

  async function dispatch(person: string, picture: string): Promise<string> {
    const result = once(events, 'photos') as Promise<[PhotoLetter & { gateway: string }]>;
    const request = { person, photo: picture, author: 'desk', consent: CONSENT };
    const { credential } = await pair.server.dispatchPhoto(request);
    const [{ gateway: name, results }] = await result;
    assert.deepEqual([name, results.length, results[0]?.credential], ['north', 1, credential]);
    return results[0]?.result ?? assert.fail();
  }

  /** How alike a face is to the template of a person at the gateway. */
  async function likeness(person: string, of: Portrait): Promise<number | undefined> {
    await faces.gateway.follow();
    const { service } = faces.gateway;
    const { vector } = await service.analyse({
      picture: await photo(of),
      demands: { liveness: false },
    });
    return (await service.verify({ vector: vector ?? assert.fail(), person }))?.score;
  }

  /** Photos that are stored anywhere. */
  function photos(): unknown[] {
    return ['server', 'gateway'].flatMap((role) => {
      const db = new DatabaseSync(path.join(folder, role, 'gateway.db'), { readOnly: true });
      const rows = db.prepare('SELECT credential FROM face_photo WHERE photo IS NOT NULL').all();
      db.close();
      return rows;
    });
  }

  it('a dispatched photo becomes a template at the gateway, and stays nowhere', async () => {
    assert.equal(await dispatch('anna', await small(PORTRAITS.annaOnce)), 'made');
    assert.ok(((await likeness('anna', PORTRAITS.annaAgain)) ?? 0) > 0.45);
    assert.ok(((await likeness('anna', PORTRAITS.berta)) ?? 1) < 0.45);
    assert.deepEqual(photos(), []);
    assert.equal((await pair.server.faceState({})).templates, 0);
  });

  it('keeps a photo while no gateway has it, whatever they say', async () => {
    const given = { person: 'chief', author: 'desk', consent: CONSENT };
    await pair.change({ op: 'update', kind: 'group', value: { id: 'chiefs', breakGlass: false } });
    await settled();
    const { credential } = await pair.server.dispatchPhoto({
      ...given,
      photo: await small(PORTRAITS.dora),
    });
    const results = [{ credential, result: 'made' }];
    await pair.server.takePhotoResults({ gateway: 'north', results });
    await pair.server.takePhotoResults({ gateway: 'south', results });
    assert.deepEqual(photos(), [{ __proto__: null, credential }]);
    await pair.change({ op: 'delete', kind: 'credential', id: credential });
    assert.deepEqual(photos(), []);
    await pair.change({ op: 'update', kind: 'group', value: { id: 'chiefs', breakGlass: true } });
    await settled();
  });

  it('the template stays when the rest of the credential changes and when all is compared', async () => {
    const [{ id } = assert.fail()] = (await faceCredentials('anna')).filter(Boolean);
    const before = await likeness('anna', PORTRAITS.annaAgain);
    await pair.change({ op: 'update', kind: 'credential', value: { id, validTo: '2099-01-01' } });
    await settled();
    const roots = new Promise<void>((resolve) => {
      const stop = server.server.on('receipts', ({ content }) => {
        if ((content as { kind: string }).kind !== 'roots') return;
        stop();
        resolve();
      });
    });
    await pair.server.compareGateway({ gateway: 'north' });
    await roots;
    await settled();
    assert.equal(await likeness('anna', PORTRAITS.annaAgain), before);
    assert.equal((await faceCredentials('anna'))[0]?.validTo, '2099-01-01');
  });

  it('a photo of no use is deleted, and its person stands on the list for a new one', async () => {
    const blank = portrait(PORTRAITS.berta).resize(200).blur(60).jpeg().toBuffer();
    assert.equal(await dispatch('chief', (await blank).toString('base64')), 'noFace');
    assert.deepEqual(photos(), []);
    const listed = await pair.server.faceReenrolments({});
    assert.deepEqual(
      listed.map(({ person, gateway: name, reason }) => [person, name, reason]),
      [['chief', 'north', 'noFace']],
    );
    assert.deepEqual(
      (await pair.gateway.faceReenrolments({})).map(({ person, reason }) => [person, reason]),
      [['chief', 'noFace']],
    );
  });

  it('sends no photo without consent, of an unknown person, or that is none', async () => {
    const picture = await small(PORTRAITS.clara);
    const author = 'desk';
    const send = (person: string, given: string) =>
      pair.server.dispatchPhoto({ person, photo: given, author });
    await assert.rejects(send('boris', picture), { code: 'FORBIDDEN' });
    await assert.rejects(
      pair.server.dispatchPhoto({ person: 'nobody', photo: picture, author, consent: CONSENT }),
      { code: 'NOT_FOUND' },
    );
    await pair.change(consent('boris'));
    await assert.rejects(send('boris', Buffer.from('GIF89a').toString('base64')), {
      code: 'INPUT_INVALID',
    });
    await assert.rejects(pair.gateway.dispatchPhoto({ person: 'boris', photo: picture, author }), {
      code: 'NOT_MASTER',
    });
  });

  it('a photo that is kept can be sent again, for gateways with another model', async () => {
    const days = { keepAfterValidity: 30, keepAfterWithdrawal: 0 };
    await pair.server.configureFaces({ mode: 'stored', keepPhotos: true, ...days });
    assert.equal(await dispatch('anna', await small(PORTRAITS.annaOnce)), 'made');
    assert.equal(photos().length, 1);
    const again = once(events, 'photos') as Promise<[PhotoLetter]>;
    const { credential } = await pair.server.resendPhoto({ person: 'anna', author: 'desk' });
    assert.deepEqual((await again)[0].results, [{ credential, result: 'made' }]);
    await settled();
    assert.deepEqual(
      (await faceCredentials('anna')).map(({ id }) => id),
      [credential],
    );
    assert.ok(((await likeness('anna', PORTRAITS.annaAgain)) ?? 0) > 0.45);
    await assert.rejects(pair.server.resendPhoto({ person: 'boris', author: 'desk' }), {
      code: 'NOT_FOUND',
    });
    await pair.server.configureFaces({ mode: 'stored', ...days });
  });

  it('a feature that the service has made is recognised at the gateway', async () => {
    const parts = { engine: pair.server, faces: faces.server, now: Date.now };
    const picture = await photo(PORTRAITS.clara);
    const request = {
      person: 'boris',
      picture,
      author: 'desk',
      demands: { liveness: false },
    } as const;
    assert.equal((await enrol(parts, request)).outcome, 'enrolled');
    await settled();
    assert.ok(((await likeness('boris', PORTRAITS.clara)) ?? 0) > 0.9);
  });

  it('a feature of another model is refused, and listed for a new photo', async () => {
    await pair.change(face('boris-other', 'boris'));
    await settled();
    const [item] = await pair.server.fleetItems({ gateway: 'north', limit: 10 });
    assert.equal(item?.id, 'boris-other');
    assert.match(item.failed ?? '', /^MODEL_MISMATCH: /);
    assert.deepEqual(
      (await pair.server.faceReenrolments({}))
        .filter(({ credential }) => credential === 'boris-other')
        .map(({ gateway: name, reason }) => [name, reason]),
      [
        [undefined, 'MODEL_MISMATCH'],
        ['north', 'MODEL_MISMATCH'],
      ],
    );
    assert.deepEqual(
      (await faceCredentials('boris')).some(({ id }) => id === 'boris-other'),
      false,
    );
  });

  async function faceCredentials(person: string) {
    const all = await pair.gateway.find({ kind: 'credential', person });
    return all.filter(({ type }) => type === 'face');
  }
});
