import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { tokenIn } from '../../nodes/exit-release/exit-release.config.ts';
import register from '../../nodes/exit-release/exit-release.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { newest } from '../support/engine.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { dealChange, leave, markAll, openReleaseEngine } from '../support/release-site.ts';
import { attemptAt } from '../support/sample-site.ts';
import { loadFlow, nodeById, Sink, useRuntime, watched } from '../support/runtime.ts';

const NODE = { id: 'release', type: 'gatewire-exit-release', site: 'site', name: 'till' };
const SITE_NODE = { id: 'site', type: 'gatewire-site' };

describe('exit-release node', () => {
  useRuntime();

  let folder: string;
  let engine: EngineService;
  let site: FakeSite;
  let result: Sink;
  let events: Sink;
  let refused: Sink;
  let caught: Sink;

  beforeEach(async () => {
    folder = makeFolder();
    engine = await openReleaseEngine(folder, systemClock);
    await change(
      dealChange('d1', { reference: '17' }),
      dealChange('d2', { firm: 'south', reference: 'S/5' }),
    );
  });
  afterEach(async () => {
    await site.close();
    await engine.close();
    removeFolder(folder);
  });

  async function change(...changes: Parameters<EngineService['change']>[0]['changes']) {
    const { failed } = await engine.change({ changes, options: { author: 'test' } });
    assert.deepEqual(failed, []);
  }

  async function load(settings: Record<string, unknown>): Promise<void> {
    site = fakeSite(engine);
    await loadFlow([site.register, register], [SITE_NODE, ...watched({ ...NODE, ...settings }, 3)]);
    [result, events, refused] = [new Sink('sink0'), new Sink('sink1'), new Sink('sink2')];
    caught = new Sink('on-catch');
  }

  async function answerTo(message: Record<string, unknown>): Promise<unknown> {
    const number = result.messages.length;
    nodeById('release').receive(message);
    return (await result.at(number)).payload;
  }

  async function codeOf(message: Record<string, unknown>): Promise<string> {
    const number = caught.messages.length;
    nodeById('release').receive(message);
    return ((await caught.at(number)).error as { code: string }).code;
  }

  const marks = async (deal: string) =>
    Object.keys((await engine.find({ kind: 'deal', id: deal }))[0]?.marks ?? {});

  it('marks deals row by row and reports what was refused', async () => {
    await load({ operation: 'marks', source: '1C' });
    const payload = (await answerTo({
      payload: [
        { firm: 'north', reference: '17', mark: 'goods', key: 'a' },
        { firm: 'north', reference: '99', mark: 'goods', key: 'b' },
        { deal: 'd1', mark: 'payment', key: 'a' },
        { deal: 'd1', mark: 'payment', key: 'c', source: 'forged' },
        'nonsense',
        { deal: 'd1', mark: 'documents', key: 'd' },
      ],
    })) as { accepted: { row: number }[]; refused: { row: number; code: string }[] };
    assert.deepEqual(
      payload.accepted.map(({ row }) => row),
      [1, 6],
    );
    const expected = [
      [2, 'NOT_FOUND'],
      [3, 'CONFLICT'],
      [4, 'INPUT_INVALID'],
      [5, 'INPUT_INVALID'],
    ];
    assert.deepEqual(
      payload.refused.map(({ row, code }) => [row, code]),
      expected,
    );
    assert.deepEqual((await refused.at(0)).payload, payload.refused);
    assert.deepEqual(await marks('d1'), ['goods', 'documents']);
  });

  it('takes the file of an accounting system, with its local times, again and again', async () => {
    await load({ operation: 'marks' });
    const rows = ['goods', 'documents', 'payment'].map((mark) => {
      return { firm: 'north', reference: '17', mark, at: '2026-03-02T10:15:00', key: `17-${mark}` };
    });
    const file = Buffer.from(`\uFEFF${JSON.stringify({ marks: rows })}`);
    const first = await answerTo({ payload: file });
    assert.deepEqual(await answerTo({ payload: file }), first);
    const [deal] = await engine.find({ kind: 'deal', id: 'd1' });
    assert.equal(deal?.marks.payment, Date.parse('2026-03-02T10:15:00+01:00'));
    const { event, deal: id } = (await events.at(0)).payload as { event: string; deal: string };
    assert.deepEqual([event, id], ['dealCleared', 'd1']);
  });

  it('refuses a message that is too big, and a text that is not JSON', async () => {
    await load({ operation: 'marks' });
    const row = { deal: 'd1', mark: 'goods', key: 'a' };
    assert.equal(
      await codeOf({ payload: Array.from({ length: 1001 }, () => row) }),
      'INPUT_INVALID',
    );
    assert.equal(await codeOf({ payload: `[${' '.repeat(2_000_000)}]` }), 'INPUT_INVALID');
    assert.equal(await codeOf({ payload: '[{' }), 'INPUT_INVALID');
    assert.deepEqual(await marks('d1'), []);
  });

  it('opens a deal for whoever has a card or plate, and calls it off', async () => {
    await load({ operation: 'message', author: 'author', authorType: 'msg' });
    const deal = (await answerTo({
      operation: 'open',
      author: 'Olga',
      payload: {
        credential: { type: 'card', value: '04A1B2C3D4E5F6' },
        firm: 'south',
        role: 'supplier',
        reference: 'S/6',
      },
    })) as { id: string; person: string };
    assert.equal(deal.person, 'anna');
    assert.equal((await engine.openDeals({ reference: 'S/6' }))[0]?.role, 'supplier');
    const cancel = {
      operation: 'cancel',
      author: 'Olga',
      payload: { deal: deal.id, note: 'rain' },
    };
    await answerTo({ ...cancel });
    assert.deepEqual(await engine.openDeals({ reference: 'S/6' }), []);
    assert.equal(await codeOf(cancel), 'CONFLICT');
    assert.equal((await newest(engine, 'event')).body.author, 'Olga');
  });

  it('says what is missing in the language of the visitor, and lets the guard override', async () => {
    const attributes = { language: 'ru' };
    await change({ op: 'update', kind: 'person', value: { id: 'anna', attributes } });
    await load({ operation: 'message' });
    const state = (await answerTo({ operation: 'missing', payload: 'anna' })) as {
      allowed: boolean;
      text: string;
      guardText: string;
    };
    assert.equal(state.allowed, false);
    assert.match(state.text, /Firm north, № 17: не хватает: выдача товара, документы, оплата/);
    assert.match(state.guardText, /^Anna may not leave\. Firm north, no\. 17: missing: goods/);
    const payload = { person: 'anna', reason: 'goods went back', minutes: 5 };
    await answerTo({ operation: 'override', payload });
    const after = await answerTo({ operation: 'missing', payload: { person: 'anna' } });
    assert.equal((after as { allowed: boolean }).allowed, true);
    assert.equal(
      await codeOf({ operation: 'override', payload: { person: 'anna' } }),
      'INPUT_INVALID',
    );
  });

  it('explains a blocked exit to the visitor and calls the guard', async () => {
    await load({});
    const decision = await leave(engine, Date.now());
    const attempt = attemptAt(decision.at, 'gate-out');
    const text = await answerTo({ access: { attempt, decision } });
    assert.match(String(text), /^You cannot leave with the goods yet\. Firm north, no\. 17/);
    const event = (await events.at(0)).payload as Record<string, unknown>;
    assert.equal(event.event, 'exitBlocked');
    assert.equal(event.accessPoint, 'gate-out');
    assert.equal(event.person, 'anna');
    assert.match(String(event.guardText), /^Anna may not leave/);
  });

  it('has nothing to say of any other decision', async () => {
    await load({});
    await markAll(engine, 'd1');
    const decision = await leave(engine, Date.now(), 'exit');
    assert.equal(await answerTo({ access: { attempt: attemptAt(1, 'exit'), decision } }), '');
    assert.deepEqual(events.messages, []);
    assert.equal(await codeOf({ payload: 'no decision' }), 'INPUT_INVALID');
  });

  it('bound to a firm sees and changes that firm alone, whatever the message says', async () => {
    await load({ operation: 'message', firm: 'south' });
    const list = (await answerTo({ operation: 'list' })) as { deal: string }[];
    assert.deepEqual(
      list.map(({ deal }) => deal),
      ['d2'],
    );
    const foreign = [
      { deal: 'd1', mark: 'goods', key: 'a' },
      { firm: 'north', reference: '17', mark: 'goods', key: 'b' },
      { deal: 'd1', mark: 'goods', key: 'c', scope: { firm: 'north' } },
    ];
    const report = await answerTo({ operation: 'marks', payload: foreign });
    assert.equal((report as { refused: unknown[] }).refused.length, 3);
    assert.deepEqual(await marks('d1'), []);
    const payload = { person: 'anna', scope: { firm: 'north' } };
    assert.equal(await codeOf({ operation: 'missing', payload }), 'INPUT_INVALID');
    assert.equal(await codeOf({ operation: 'missing', payload: 'boris' }), 'NOT_FOUND');
  });

  it('bound to a firm opens and calls off its own deals only', async () => {
    await load({ operation: 'message', firm: 'south' });
    const deal = { person: 'anna', role: 'buyer' };
    const foreign = { operation: 'open', payload: { ...deal, firm: 'north' } };
    assert.equal(await codeOf(foreign), 'NOT_FOUND');
    const stranger = { operation: 'open', payload: { ...deal, person: 'boris' } };
    assert.equal(await codeOf(stranger), 'NOT_FOUND');
    const own = (await answerTo({ operation: 'open', payload: deal })) as { firm: string };
    assert.equal(own.firm, 'south');
    assert.equal(await codeOf({ operation: 'cancel', payload: { deal: 'd1' } }), 'NOT_FOUND');
    await answerTo({ operation: 'cancel', payload: { deal: 'd2' } });
    const north = await engine.openDeals({ firm: 'north' });
    assert.deepEqual(
      north.map(({ deal: id }) => id),
      ['d1'],
    );
  });

  it('over HTTP does not start without a token that is long enough', async () => {
    await load({ operation: 'http' });
    assert.equal(await codeOf({ payload: [] }), 'CONFIG_INVALID');
    assert.throws(() => tokenIn({ token: 'x'.repeat(15) }, {}), { code: 'CONFIG_INVALID' });
    assert.equal(tokenIn({ token: 'x'.repeat(16) }, {}), 'x'.repeat(16));
    assert.equal(tokenIn({}, { GATEWIRE_MARKS_TOKEN: 'y'.repeat(16) }), 'y'.repeat(16));
  });

  it('whose firm comes from the message refuses a message without one', async () => {
    await load({ operation: 'message', firm: 'firm', firmType: 'msg' });
    assert.equal(await codeOf({ operation: 'list' }), 'INPUT_INVALID');
    assert.equal(await codeOf({ operation: 'list', firm: '' }), 'INPUT_INVALID');
    assert.deepEqual(await answerTo({ operation: 'list', firm: 'other' }), []);
  });

  it('gives the engine back what keeps it from working', async () => {
    await load({ operation: 'marks' });
    engine.markDeal = () => Promise.reject(new AccessError('STORE_FULL', 'full'));
    assert.equal(await codeOf({ payload: { deal: 'd1', mark: 'goods', key: 'a' } }), 'STORE_FULL');
  });
});
