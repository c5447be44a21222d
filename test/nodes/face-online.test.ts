import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { EngineService } from '../../lib/engine/facade.ts';
import { toSend } from '../../lib/face/use/elsewhere.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { grantedElsewhere } from '../../lib/runtime/granted-elsewhere.ts';
import { sealedFace } from '../../lib/runtime/face-message.ts';
import { siteType, type SiteApi } from '../../lib/runtime/site.ts';
import registerAccessPoint from '../../nodes/access-point/access-point.ts';
import registerFaceMatch from '../../nodes/face-match/face-match.ts';
import onlineCheck from '../../nodes/online-check/online-check.ts';
import onlineVerifier from '../../nodes/online-verifier/online-verifier.ts';
import permissionCheck from '../../nodes/permission-check/permission-check.ts';
import { newest, openSampleEngine } from '../support/engine.ts';
import { modelFolder, photo, PORTRAITS } from '../support/face.ts';
import { fakeLink, registerLinks } from '../support/fake-link.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';
import { loadFlow, nodeById, Sink, useRuntime, watched } from '../support/runtime.ts';
import { attemptAt, reportOf, SAMPLE_CONFIG } from '../support/sample-site.ts';

const STORED = { mode: 'stored', keepAfterValidity: 30, keepAfterWithdrawal: 0 } as const;

describe('a face that only the server knows', function () {
  this.timeout(60_000);
  useRuntime();

  const folders: string[] = [];
  const engines: EngineService[] = [];
  const sites: FakeSite[] = [];
  let pair: LinkPair;

  before(async () => {
    const models = await modelFolder();
    process.env.GATEWIRE_FACE_MODELS = models;
    folders.push(models, makeFolder(), makeFolder());
    for (const folder of folders.slice(1)) {
      engines.push(await openSampleEngine(folder, systemClock));
    }
    for (const engine of engines) sites.push(fakeSite(engine, { id: 'plant' }));
    await server().configure({ ...SAMPLE_CONFIG, accessPoints: [] });
    await server().reportGateway({ gateway: 'north', report: reportOf('front') });
    pair = linkPair({ site: 'plant' });
    const beats = new EventEmitter();
    const stop = pair.server.on('beat', () => beats.emit('beat'));
    await once(beats, 'beat');
    stop();
  });

  after(async () => {
    Reflect.deleteProperty(process.env, 'GATEWIRE_FACE_MODELS');
    pair.close();
    await Promise.all(sites.map((site) => site.close()));
    await Promise.all(engines.map((engine) => engine.close()));
    folders.forEach(removeFolder);
  });

  const gateway = (): EngineService => engines[0] ?? assert.fail();
  const server = (): EngineService => engines[1] ?? assert.fail();

  beforeEach(() => load());

  async function load(camera: Record<string, string> = {}): Promise<void> {
    await helper.unload();
    const [gatewaySite, serverSite] = sites;
    const end = pair.gateways[0];
    assert.ok(gatewaySite && serverSite && end);
    const links = {
      'gateway-link': fakeLink({ role: 'gateway', site: gatewaySite.api, gateway: end }),
      'server-link': fakeLink({ role: 'server', site: serverSite.api, server: pair.server }),
    };
    const registerSites = (RED: NodeAPI): void => {
      function SiteNode(this: Node & { gatewire?: SiteApi }, definition: NodeDef): void {
        RED.nodes.createNode(this, definition);
        this.gatewire = sites[this.id === 'site' ? 0 : 1]?.api ?? assert.fail();
      }
      RED.nodes.registerType(siteType.type, SiteNode);
    };
    const face = { type: 'gatewire-face-match', z: 'tab' };
    await loadFlow(
      [
        ...[registerSites, registerAccessPoint, registerLinks(links), registerFaceMatch],
        ...[onlineCheck, onlineVerifier, permissionCheck],
      ],
      [
        ...['site', 'server-site'].map((id) => ({ id, type: 'gatewire-site' })),
        ...Object.keys(links).map((id) => ({ id, type: 'gatewire-link' })),
        { id: 'door', type: 'gatewire-access-point', site: 'site', accessPointId: 'front' },
        { id: 'desk', ...face, mode: 'enrol', site: 'server-site', wires: [['enrolled']] },
        {
          ...{
            id: 'camera',
            ...face,
            mode: 'identify',
            site: 'site',
            accessPoint: 'door',
            ...camera,
          },
          wires: [['local'], ['local'], ['faults']],
        },
        {
          ...{ id: 'local', type: 'gatewire-permission-check', z: 'tab', site: 'site' },
          wires: [['decided'], ['decided'], ['check']],
        },
        ...watched({ id: 'check', type: 'gatewire-online-check', link: 'gateway-link' }, 3),
        { id: 'verifier', type: 'gatewire-online-verifier', z: 'tab', link: 'server-link' },
        ...['enrolled', 'decided', 'faults'].map((id) => ({ id, type: 'helper', z: 'tab' })),
      ],
    );
  }

  /** What the server says of somebody who stands before the camera of the gateway. */
  async function decisionOn(picture: Buffer, port: number): Promise<Decision> {
    const sink = new Sink(`sink${String(port)}`);
    nodeById('camera').receive({ payload: picture });
    const { access, face } = await sink.at(0);
    assert.ok(!JSON.stringify(face ?? '').includes('vector'), 'nobody reads it in the flow');
    return (access as { decision: Decision }).decision;
  }

  it('opens by the word of the server, to which only its vector goes', async () => {
    const enrolled = new Sink('enrolled');
    const consent = { text: 'v1', language: 'en' };
    const [mine, again] = await Promise.all([
      photo(PORTRAITS.annaOnce),
      photo(PORTRAITS.annaAgain),
    ]);
    nodeById('desk').receive({ payload: mine, person: 'anna', consent });
    await enrolled.at(0);
    const recognised: string[] = [];
    const stop = grantedElsewhere(sites[0]?.api ?? assert.fail()).on('granted', (attempt) => {
      recognised.push(attempt);
    });
    const decision = await decisionOn(again, 0);
    stop();
    assert.deepEqual(recognised, [decision.attempt], 'the camera learns that it was no failure');
    assert.deepEqual([decision.outcome, decision.by], ['granted', 'server']);
    assert.equal(decision.person?.id, 'anna');
  });

  it('opens to nobody below the threshold of the door, whatever the server would accept', async () => {
    await load({ threshold: '0.99' });
    const decision = await decisionOn(await photo(PORTRAITS.annaAgain), 2);
    assert.deepEqual(decision.reasons, ['unknownCredential']);
  });

  it('is not asked for where several frames have to agree', async () => {
    await load({ frames: '2' });
    const sink = new Sink('sink2');
    nodeById('camera').receive({ payload: await photo(PORTRAITS.annaAgain) });
    assert.equal((await sink.at(0)).face, undefined);
  });

  it('opens to nobody whom the server does not know either', async () => {
    const recognised: string[] = [];
    const stop = grantedElsewhere(sites[0]?.api ?? assert.fail()).on('granted', (attempt) => {
      recognised.push(attempt);
    });
    const decision = await decisionOn(await photo(PORTRAITS.hanna), 2);
    stop();
    assert.deepEqual(recognised, [], 'a stranger stays a failure of the camera');
    assert.deepEqual(decision.reasons, ['unknownCredential']);
  });

  it('is nobody by the vector of another model, and the server says why', async () => {
    const other = { algorithm: 'other', version: '1', dimension: 512, quantisation: 'int7' };
    const model = { ...other, digest: '0'.repeat(64) };
    const face = toSend(new Float32Array(512).fill(1), model, {
      thresholds: {},
      margin: undefined,
    });
    const sink = new Sink('sink2');
    const credentials = [{ type: 'face', value: 'nobody', format: 'face', at: Date.now() }];
    nodeById('check').receive({
      face: sealedFace(face, sites[0]?.api.sealing ?? assert.fail()),
      access: { attempt: { ...attemptAt(Date.now(), 'front'), credentials } },
    });
    const { access } = await sink.at(0);
    assert.equal((access as { decision: Decision }).decision.outcome, 'unknown');
    const { body } = await newest(server(), 'event');
    assert.deepEqual(body.details, { gateway: 'north', reason: 'otherModel' });
  });

  it('does not leave a gateway whose templates stay there', async () => {
    await gateway().configureFaces({ ...STORED, mode: 'gatewayOnly' });
    const decision = await decisionOn(await photo(PORTRAITS.annaAgain), 2);
    assert.equal(decision.outcome, 'unknown');
  });
});
