import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { MarkRequest } from '../../lib/model/release-requests.ts';
import { TestClock } from '../support/clock.ts';
import { newest, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  dealChange,
  leave,
  markAll,
  markOf,
  passageOf,
  openReleaseEngine,
} from '../support/release-site.ts';

const MINUTE = 60_000;

describe('engine: marks of deals', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openReleaseEngine(folder, clock);
    const deals = [
      dealChange('d1', { reference: '17' }),
      dealChange('d2', { firm: 'south', reference: '17' }),
    ];
    const options = { author: 'test' };
    const { failed } = await engine.change({ changes: deals, options });
    assert.deepEqual(failed, []);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const marksOf = async (deal: string) => (await engine.find({ kind: 'deal', id: deal }))[0]?.marks;

  async function refused(code: string, request: unknown): Promise<void> {
    const before = [await marksOf('d1'), await marksOf('d2')];
    await assert.rejects(engine.markDeal(request as MarkRequest), { code });
    assert.deepEqual([await marksOf('d1'), await marksOf('d2')], before);
  }

  it('are set with time, source and author, and recorded as an act of administration', async () => {
    const { at, state } = await engine.markDeal(markOf('d1', 'payment', { at: 1000 }));
    assert.equal(at, 1000);
    assert.deepEqual(state.missing, [['goods'], ['documents']]);
    const { body } = await newest(engine, 'event');
    assert.equal(body.category, 'administration');
    assert.equal(body.code, 'dealMarked');
    assert.equal(body.author, 'clerk');
    const details = { deal: 'd1', firm: 'north', reference: '17', source: 'till' };
    const mark = { mark: 'payment', set: true, at: 1000, key: 'd1 payment' };
    const change = { applied: 1, failed: 0, version: body.details?.version };
    assert.deepEqual(body.details, { ...details, ...mark, ...change });
    assert.deepEqual(await marksOf('d1'), { payment: 1000 });
  });

  it('are taken away again', async () => {
    await markAll(engine, 'd1');
    const gone = await engine.markDeal(markOf('d1', 'payment', { set: false, key: 'refund' }));
    assert.equal(gone.state.cleared, false);
    assert.equal((await marksOf('d1'))?.payment, undefined);
    assert.deepEqual((await leave(engine, clock.now())).reasons, ['exitBlocked']);
  });

  it('reach a deal by the number in the books of the firm', async () => {
    const { deal, ...rest } = markOf('', 'goods');
    assert.equal(deal, '');
    const request = { ...rest, firm: 'south', reference: '17' };
    assert.equal((await engine.markDeal(request)).state.deal, 'd2');
    await refused('NOT_FOUND', { ...request, key: 'x', reference: '18' });
    await refused('INPUT_INVALID', { ...request, key: 'x', firm: undefined });
    const twin = dealChange('d3', { firm: 'south', reference: '17' });
    await engine.change({ changes: [twin], options: { author: 'test' } });
    await refused('CONFLICT', { ...request, key: 'x' });
  });

  it('count once for each key: the repetition changes nothing and answers the same', async () => {
    const request = markOf('d1', 'payment');
    const first = await engine.markDeal(request);
    const { seq } = await newest(engine, 'event');
    clock.advance(MINUTE);
    assert.deepEqual(await engine.markDeal(request), first);
    assert.equal((await newest(engine, 'event')).seq, seq);
    await engine.close();
    engine = await reopenEngine(folder, clock);
    assert.deepEqual(await engine.markDeal({ ...request, author: 'another clerk' }), first);
    assert.equal((await marksOf('d1'))?.payment, first.at);
  });

  it('do not come back when an old message is repeated after the mark was taken away', async () => {
    const paid = markOf('d1', 'payment');
    await engine.markDeal(paid);
    await engine.markDeal(markOf('d1', 'payment', { set: false, key: 'refund' }));
    await engine.markDeal(paid);
    assert.deepEqual(await marksOf('d1'), {});
  });

  it('refuse another content under a key that was used', async () => {
    await engine.markDeal(markOf('d1', 'payment', { key: 'doc-1' }));
    await refused('CONFLICT', markOf('d1', 'goods', { key: 'doc-1' }));
    await refused('CONFLICT', markOf('d1', 'payment', { key: 'doc-1', at: 5 }));
    await refused('CONFLICT', markOf('d1', 'payment', { key: 'doc-1', set: false }));
  });

  it('keep the keys of firms and of systems apart', async () => {
    await engine.markDeal(markOf('d1', 'payment', { key: 'doc-1' }));
    await engine.markDeal(markOf('d2', 'goods', { key: 'doc-1' }));
    await engine.markDeal(markOf('d1', 'goods', { key: 'doc-1', source: '1C' }));
    assert.deepEqual(Object.keys((await marksOf('d1')) ?? {}), ['goods', 'payment']);
  });

  it('set the same mark once when it comes many times at once', async () => {
    const request = markOf('d1', 'goods');
    const answers = await Promise.all(Array.from({ length: 20 }, () => engine.markDeal(request)));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    const events = await engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
    assert.equal(events.filter(({ body }) => body.code === 'dealMarked').length, 1);
  });

  it('of one firm never reach a deal of another, by id or number, new or repeated', async () => {
    const scope = { firm: 'south' };
    await refused('NOT_FOUND', markOf('d1', 'payment', { scope }));
    const { deal: own, ...rest } = markOf('d1', 'payment', { scope });
    await refused('NOT_FOUND', { ...rest, firm: 'north', reference: '17' });
    assert.equal(own, 'd1');
    await engine.markDeal(markOf('d1', 'payment'));
    await refused('NOT_FOUND', markOf('d1', 'payment', { scope }));
    assert.equal((await engine.markDeal(markOf('d2', 'payment', { scope }))).state.deal, 'd2');
  });

  it('of one firm show nothing of another', async () => {
    const scope = { firm: 'south' };
    const listed = await engine.openDeals({ scope });
    assert.deepEqual(
      listed.map(({ deal }) => deal),
      ['d2'],
    );
    assert.deepEqual(await engine.openDeals({ scope, firm: 'north' }), []);
    const { deals } = await engine.releaseState({ person: 'anna', scope });
    assert.deepEqual(
      deals.map(({ deal }) => deal),
      ['d2'],
    );
    await assert.rejects(engine.releaseState({ person: 'boris', scope }), { code: 'NOT_FOUND' });
  });

  it('cannot be set on a deal that is closed, and are answered again all the same', async () => {
    await markAll(engine, 'd1');
    await engine.markDeal(markOf('d2', 'permission'));
    const answer = await engine.markDeal(markOf('d1', 'payment'));
    await engine.recordPassage(passageOf(await leave(engine, clock.now())));
    await refused('CONFLICT', markOf('d1', 'goods', { key: 'late' }));
    assert.deepEqual(await engine.markDeal(markOf('d1', 'payment')), answer);
  });

  it('lie in the past, or as little ahead as two clocks may differ', async () => {
    const ahead = { at: clock.now() + MINUTE };
    assert.equal((await engine.markDeal(markOf('d1', 'goods', ahead))).at, clock.now());
    await refused('INPUT_INVALID', markOf('d1', 'payment', { at: clock.now() + 6 * MINUTE }));
  });

  it('of any other form are refused', async () => {
    const good = markOf('d1', 'payment');
    for (const wrong of [
      null,
      [],
      { ...good, mark: 'gift' },
      { ...good, key: '' },
      { ...good, key: 'k'.repeat(65) },
      { ...good, source: 'a\u0000b' },
      { ...good, deal: 'd'.repeat(1_000_000) },
      { ...good, at: 1.5 },
      { ...good, scope: {} },
      { ...good, scope: 'north' },
      { ...good, cleared: true },
    ]) {
      await refused('INPUT_INVALID', wrong);
    }
    const any = fc.anything({ withNullPrototype: true, maxDepth: 3 });
    await fc.assert(
      fc.asyncProperty(any, (wrong) => refused('INPUT_INVALID', wrong)),
      { numRuns: 50 },
    );
  });
});
