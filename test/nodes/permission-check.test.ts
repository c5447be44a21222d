import assert from 'node:assert/strict';
import register from '../../nodes/permission-check/permission-check.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { fakeEngine, fakeSite } from '../support/fake-site.ts';
import { loadFlow, nodeById, settle, Sink, useRuntime, watched } from '../support/runtime.ts';

const NODE = { id: 'check', type: 'gatewire-permission-check', site: 'site' };
const SITE_NODE = { id: 'site', type: 'gatewire-site' };

const attempt = (): Attempt => ({
  id: 'attempt-1',
  at: Date.now(),
  accessPoint: 'door',
  credentials: [{ type: 'card', value: '0A00B3C4D5', at: Date.now() }],
});

const decisionOf = (outcome: Decision['outcome'], asked: Attempt): Decision => ({
  id: 'decision-1',
  attempt: asked.id,
  outcome,
  reasons: outcome === 'granted' ? [] : ['noRight'],
  by: 'local',
  at: asked.at,
  validUntil: asked.at + 5000,
});

function decidingSite(decide: Engine['decide']): ReturnType<typeof fakeSite> {
  return fakeSite(fakeEngine({ decide }));
}

describe('permission-check', () => {
  useRuntime();

  const OUTCOMES = ['granted', 'denied', 'unknown'] as const;
  for (const [port, outcome] of OUTCOMES.entries()) {
    it(`sends a ${outcome} attempt to port ${port + 1} only, and completes once`, async () => {
      const site = decidingSite((asked) => Promise.resolve(decisionOf(outcome, asked)));
      await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
      const sinks = OUTCOMES.map((_, index) => new Sink(`sink${index}`));
      const complete = new Sink('on-complete');
      nodeById('check').receive({
        access: { attempt: attempt() },
        topic: 'kept',
        extra: { deep: 1 },
      });
      const message = await sinks[port]?.at(0);
      assert.equal(message?.payload, outcome === 'granted');
      assert.equal(message.topic, 'kept');
      assert.deepEqual(message.extra, { deep: 1 });
      assert.equal((message.access as { decision: Decision }).decision.outcome, outcome);
      await complete.at(0);
      await settle();
      assert.equal(complete.messages.length, 1);
      assert.equal(
        sinks.reduce((sum, sink) => sum + sink.messages.length, 0),
        1,
      );
    });
  }

  it('answers no, and says why, while the engine is down', async () => {
    const site = decidingSite(() => Promise.reject(new AccessError('ENGINE_UNAVAILABLE', 'down')));
    await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
    const denied = new Sink('sink1');
    const status = new Sink('on-status');
    nodeById('check').receive({ access: { attempt: attempt() } });
    const { access, payload } = await denied.at(0);
    assert.equal(payload, false);
    assert.deepEqual((access as { decision: Decision }).decision.reasons, ['engineUnavailable']);
    site.setState('down');
    await settle();
    const texts = status.messages.map((message) => (message.status as { text: string }).text);
    assert.ok(texts.includes('common.status.denied'));
  });

  it('hands a failure to Catch once, with its code, and sends nothing', async () => {
    const site = decidingSite(() => Promise.reject(new AccessError('INTERNAL', 'broken')));
    await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
    const caught = new Sink('on-catch');
    const sinks = OUTCOMES.map((_, index) => new Sink(`sink${index}`));
    const complete = new Sink('on-complete');
    nodeById('check').receive({ access: { attempt: attempt() } });
    const { error } = await caught.at(0);
    assert.equal((error as { code: string }).code, 'INTERNAL');
    await settle();
    assert.equal(caught.messages.length, 1);
    assert.equal(complete.messages.length, 0);
    assert.ok(sinks.every((sink) => sink.messages.length === 0));
  });

  const BAD: [string, unknown][] = [
    ['nothing', undefined],
    ['a text', 'open'],
    ['an attempt of an unknown form', { attempt: { ...attempt(), open: true } }],
    ['a decision without an attempt', { decision: { outcome: 'granted' } }],
    [
      'a credential of an unknown type',
      { attempt: { ...attempt(), credentials: [{ type: 'key', at: 1 }] } },
    ],
    [
      'more credentials than anyone has',
      { attempt: { ...attempt(), credentials: Array(5).fill({ type: 'card', at: 1 }) } },
    ],
  ];
  for (const [name, access] of BAD) {
    it(`refuses ${name} as msg.access with INPUT_INVALID and asks nobody`, async () => {
      let asked = 0;
      const site = decidingSite((given) => {
        asked += 1;
        return Promise.resolve(decisionOf('granted', given));
      });
      await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
      const caught = new Sink('on-catch');
      nodeById('check').receive({ access });
      const { error } = await caught.at(0);
      assert.equal((error as { code: string }).code, 'INPUT_INVALID');
      assert.equal(asked, 0);
    });
  }

  it('opens a sealed PIN for the engine, and leaves it sealed in the message', async () => {
    let seen: Attempt | undefined;
    const site = decidingSite((asked) => {
      seen = asked;
      return Promise.resolve(decisionOf('granted', asked));
    });
    await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
    const granted = new Sink('sink0');
    const ref = site.api.sealing.seal('4711');
    const credentials = [{ type: 'pin' as const, ref, at: Date.now() }];
    nodeById('check').receive({ access: { attempt: { ...attempt(), credentials } } });
    const message = await granted.at(0);
    assert.equal(seen?.credentials[0]?.value, '4711');
    assert.ok(!JSON.stringify(message).includes('4711'));
  });

  it('refuses a PIN that another process has sealed', async () => {
    const site = decidingSite((asked) => Promise.resolve(decisionOf('granted', asked)));
    await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
    const caught = new Sink('on-catch');
    const credentials = [
      { type: 'pin' as const, ref: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', at: 1 },
    ];
    nodeById('check').receive({ access: { attempt: { ...attempt(), credentials } } });
    const { error } = await caught.at(0);
    assert.equal((error as { code: string }).code, 'INPUT_INVALID');
  });

  it('takes a press of the exit button as an attempt without credentials', async () => {
    let seen: Attempt | undefined;
    const site = decidingSite((asked) => {
      seen = asked;
      return Promise.resolve(decisionOf('granted', asked));
    });
    await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
    const granted = new Sink('sink0');
    nodeById('check').receive({ requestToExit: true });
    await granted.at(0);
    assert.equal(seen?.requestToExit, true);
    assert.deepEqual(seen.credentials, []);
  });

  it('stays inert without a site, and fails every message with CONFIG_INVALID', async () => {
    await loadFlow([register], watched({ ...NODE, site: 'missing' }, 3));
    const caught = new Sink('on-catch');
    nodeById('check').receive({ access: { attempt: attempt() } });
    const { error } = await caught.at(0);
    assert.equal((error as { code: string }).code, 'CONFIG_INVALID');
  });

  it('lets go of its site when it is closed', async () => {
    const site = decidingSite((asked) => Promise.resolve(decisionOf('granted', asked)));
    await loadFlow([site.register, register], [SITE_NODE, ...watched(NODE, 3)]);
    assert.equal(site.listeners(), 1);
    await nodeById('check').close(false);
    assert.equal(site.listeners(), 0);
  });
});
