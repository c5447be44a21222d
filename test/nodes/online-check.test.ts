import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import type { Decision } from '../../lib/model/decision.ts';
import type { Change } from '../../lib/model/entity.ts';
import onlineCheck from '../../nodes/online-check/online-check.ts';
import onlineVerifier from '../../nodes/online-verifier/online-verifier.ts';
import permissionCheck from '../../nodes/permission-check/permission-check.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { eventCodes, newest, reopenEngine } from '../support/engine.ts';
import { fakeLink, registerLinks, type FakeLink } from '../support/fake-link.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';
import { loadFlow, nodeById, settle, Sink, useRuntime, watched } from '../support/runtime.ts';
import { ANNA_CARD, attemptAt, card, reportOf, SAMPLE_CONFIG } from '../support/sample-site.ts';

const VISITOR_CARD = '04C0FFEE000001';
const LOST_CARD = '04C0FFEE000002';

const put = (kind: Change['kind'], value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});
const ANNA: Change[] = [
  put('person', { id: 'anna', name: 'Anna' }),
  put('credential', { id: 'anna-card', person: 'anna', type: 'card', value: ANNA_CARD }),
  put('permission', { id: 'all', subject: { everyone: true }, target: { everywhere: true } }),
];
const LOST = put('credential', {
  id: 'anna-lost',
  person: 'anna',
  type: 'card',
  value: LOST_CARD,
  status: 'lost',
});
const VISITOR: Change[] = [
  put('person', { id: 'vera', name: 'Vera' }),
  put('credential', { id: 'vera-card', person: 'vera', type: 'card', value: VISITOR_CARD }),
];

const CHECK = { id: 'check', type: 'gatewire-online-check', link: 'gateway-link' };
const VERIFIER = {
  id: 'verifier',
  type: 'gatewire-online-verifier',
  z: 'tab',
  link: 'server-link',
  wires: [['verified'], ['refused']],
};

describe('online-check and online-verifier', function () {
  this.timeout(20_000);
  useRuntime();
  let folders: string[];
  let gateway: EngineService;
  let server: EngineService;
  let pair: LinkPair;
  let sites: FakeSite[];
  let link: FakeLink;

  before(async () => {
    folders = [makeFolder(), makeFolder()];
    gateway = await reopenEngine(folders[0] ?? '', systemClock);
    server = await reopenEngine(folders[1] ?? '', systemClock);
    await gateway.configure(SAMPLE_CONFIG);
    await server.configure({ ...SAMPLE_CONFIG, accessPoints: [] });
    await server.reportGateway({ gateway: 'north', report: reportOf('front', 'vault') });
    await server.reportGateway({ gateway: 'south', report: reportOf('exit') });
    await gateway.change({ changes: [...ANNA, LOST], options: { author: 'test' } });
    await server.change({ changes: [...ANNA, ...VISITOR], options: { author: 'test' } });
  });

  after(async () => {
    await Promise.all([gateway.close(), server.close()]);
    folders.forEach(removeFolder);
  });

  beforeEach(async () => {
    pair = linkPair({ site: 'plant' });
    const beats = new EventEmitter();
    const stop = pair.server.on('beat', () => beats.emit('beat'));
    await once(beats, 'beat');
    stop();
    await gateway.forgetAnswers({});
  });

  afterEach(async () => {
    pair.close();
    await Promise.all(sites.map((site) => site.close()));
  });

  async function load(check: object = {}, verifier: object = {}): Promise<void> {
    sites = [fakeSite(gateway, { id: 'plant' }), fakeSite(server, { id: 'plant' })];
    const [gatewaySite, serverSite] = sites;
    const end = pair.gateways[0];
    assert.ok(gatewaySite && serverSite && end);
    link = fakeLink({ role: 'gateway', site: gatewaySite.api, gateway: end });
    const links = {
      'gateway-link': link,
      'server-link': fakeLink({ role: 'server', site: serverSite.api, server: pair.server }),
    };
    await loadFlow(
      [gatewaySite.register, registerLinks(links), onlineCheck, onlineVerifier, permissionCheck],
      [
        { id: 'site', type: 'gatewire-site' },
        ...Object.keys(links).map((id) => ({ id, type: 'gatewire-link' })),
        ...watched({ ...CHECK, ...check }, 3),
        { ...VERIFIER, ...verifier },
        { id: 'verified', type: 'helper', z: 'tab' },
        { id: 'refused', type: 'helper', z: 'tab' },
        {
          id: 'local',
          type: 'gatewire-permission-check',
          z: 'tab',
          site: 'site',
          wires: [['sink0'], ['sink1'], ['check']],
        },
      ],
    );
  }

  const present = (value: string, where = 'front', to = 'check'): void => {
    nodeById(to).receive({ access: { attempt: attemptAt(Date.now(), where, card(value)) } });
  };
  const decided = async (sink: Sink, index = 0): Promise<Decision> =>
    ((await sink.at(index)).access as { decision: Decision }).decision;

  it('lets in whom only the server knows, recorded at both ends, once per output', async () => {
    await load();
    const granted = new Sink('sink0');
    const verified = new Sink('verified');
    present(VISITOR_CARD);
    const decision = await decided(granted);
    assert.deepEqual([decision.outcome, decision.by], ['granted', 'server']);
    assert.deepEqual(decision.person, { id: 'vera', name: 'Vera' });
    const here = await newest(gateway, 'access');
    const there = await newest(server, 'access');
    assert.deepEqual(here.body.decision, decision);
    assert.equal(there.body.gateway, 'north');
    assert.equal(there.body.decision.attempt, decision.attempt);
    const told = await verified.at(0);
    assert.equal(told.topic, 'north');
    assert.ok(!JSON.stringify(told).includes(VISITOR_CARD));
    const order = { decision: decision.id, output: 'lock', action: 'pulse' } as const;
    await gateway.claimCommand(order);
    await assert.rejects(gateway.claimCommand(order), { code: 'COMMAND_USED' });
    await assert.rejects(server.claimCommand(order), { code: 'DECISION_INVALID' });
  });

  it('refuses and does not know with the reasons of the server', async () => {
    await load();
    const unknown = new Sink('sink2');
    const denied = new Sink('sink1');
    present('04DEADBEEF0000');
    assert.deepEqual((await decided(unknown)).reasons, ['unknownCredential']);
    present(ANNA_CARD, 'vault');
    assert.deepEqual((await decided(denied)).reasons, ['secondFactorTimeout']);
  });

  it('asks nobody else about a door that is not of this gateway', async () => {
    await load();
    const denied = new Sink('sink1');
    const refused = new Sink('refused');
    present(ANNA_CARD, 'exit');
    assert.deepEqual((await decided(denied)).reasons, ['hostRefused']);
    const { payload, topic } = await refused.at(0);
    assert.deepEqual([topic, payload], ['north', { reason: 'notTheirs', accessPoint: 'exit' }]);
  });

  it('says at once that nobody can be asked, in the status, too', async () => {
    await load();
    const unknown = new Sink('sink2');
    const status = new Sink('on-status');
    pair.wires[1]?.cut();
    link.setState({ name: 'offline', reason: 'cut' });
    present(VISITOR_CARD);
    assert.deepEqual((await decided(unknown)).reasons, ['hostUnreachable']);
    await settle();
    const texts = status.messages.map((message) => (message.status as { text: string }).text);
    assert.ok(texts.includes('common.status.disconnected'));
  });

  it('opens nothing when the answer comes late, and records that it came', async () => {
    await load({ limit: 0.1 });
    const unknown = new Sink('sink2');
    const take = pair.broker.take.bind(pair.broker);
    const held: (() => void)[] = [];
    const answered = new EventEmitter();
    pair.broker.take = (topic, ...rest) => {
      if (!topic.endsWith('/answers')) take(topic, ...rest);
      else {
        held.push(() => {
          take(topic, ...rest);
        });
        answered.emit('answer');
      }
    };
    const answer = once(answered, 'answer');
    present(VISITOR_CARD);
    const { outcome, reasons } = await decided(unknown);
    assert.deepEqual([outcome, reasons], ['unknown', ['hostTimeout']]);
    await answer;
    for (const release of held) release();
    while (!(await eventCodes(gateway)).includes('answerRefused')) await settle();
    assert.equal((await newest(gateway, 'access')).body.decision.outcome, 'unknown');
  });

  it('keeps an answer for the second passage, and forgets it with the rights', async () => {
    await load({}, { keep: 60 });
    const granted = new Sink('sink0');
    const verified = new Sink('verified');
    present(VISITOR_CARD, 'front', 'local');
    await granted.at(0);
    present(VISITOR_CARD, 'front', 'local');
    const again = await decided(granted, 1);
    assert.deepEqual([again.by, again.person?.id], ['server', 'vera']);
    assert.equal(verified.messages.length, 1);
    const disabled = { id: 'vera', name: 'Vera', status: 'disabled' };
    await server.change({ changes: [put('person', disabled)], options: { author: 'test' } });
    while (!(await eventCodes(gateway)).includes('answersForgotten')) await settle();
    const denied = new Sink('sink1');
    present(VISITOR_CARD, 'front', 'local');
    const last = await decided(denied);
    assert.deepEqual(last.reasons, ['personDisabled']);
    await server.change({ changes: VISITOR, options: { author: 'test' } });
  });

  it('never asks about somebody who is known and refused', async () => {
    await load();
    const denied = new Sink('sink1');
    const verified = new Sink('verified');
    present(LOST_CARD, 'front', 'local');
    const refusal = await decided(denied);
    assert.deepEqual(refusal.reasons, ['credentialDisabled']);
    const attempt = attemptAt(Date.now(), 'front', card(LOST_CARD));
    const decision = { ...refusal, attempt: attempt.id };
    nodeById('check').receive({ access: { attempt, decision } });
    assert.deepEqual(await decided(denied, 1), decision);
    assert.equal(verified.messages.length, 0);
  });

  it('shows the times of both ways in its status', async () => {
    await load();
    const granted = new Sink('sink0');
    const status = new Sink('on-status');
    present(VISITOR_CARD);
    await granted.at(0);
    const { times } = await gateway.health();
    assert.ok(times.online.count > 0);
    await settle();
    const texts = status.messages.map((message) => (message.status as { text: string }).text);
    assert.ok(
      texts.some((text) => /^⇅ [\d.]+ ms$/.test(text)),
      texts.join(),
    );
  });

  it('refuses an attempt without a place', async () => {
    await load();
    const caught = new Sink('on-catch');
    const attempt: Partial<Attempt> = attemptAt(Date.now(), 'front', card(ANNA_CARD));
    delete attempt.accessPoint;
    nodeById('check').receive({ access: { attempt } });
    assert.equal(((await caught.at(0)).error as { code: string }).code, 'INPUT_INVALID');
  });
});
