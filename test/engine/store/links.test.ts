import assert from 'node:assert/strict';
import { join } from 'node:path';
import { policyRows } from '../../../lib/engine/store/policy-rows.ts';
import type { PreparedChange, Store } from '../../../lib/engine/store/store.ts';
import type { EntityKind } from '../../../lib/model/entity.ts';
import { StoreBench, eventRecord } from './support.ts';

const put = (kind: EntityKind, value: { id: string }) =>
  ({ op: 'put', kind, value }) as PreparedChange;
const card = (id: string, person: string) =>
  put('credential', {
    ...{ id, person, type: 'card' },
    secret: { lookup: `lookup-${id}`, hint: '****', sealed: new Uint8Array([1]) },
  } as { id: string });
const pass = (id: string, tag: string, person: string, more: object = {}) =>
  put('pass', {
    ...{ id, tag, person, type: 'permanent', status: 'active', validFrom: '2026-01-01' },
    ...more,
  });

const BASE = [
  put('zone', { id: 'site', name: 'Site' } as { id: string }),
  put('firm', { id: 'f1', name: 'Alpha', roles: ['employer'] } as { id: string }),
  put('firm', { id: 'f2', name: 'Beta', roles: ['buyer'] } as { id: string }),
  ...['ann', 'bob', 'cy'].map((id) => put('person', { id, name: id } as { id: string })),
  card('t1', 'ann'),
  card('t2', 'ann'),
];

describe('zones, firms and the links of the business park', () => {
  let bench: StoreBench;
  let store: Store;
  beforeEach(async () => {
    bench = new StoreBench();
    ({ store } = await bench.open());
    await done(...BASE);
  });
  afterEach(() => bench.clear());

  const done = async (...changes: PreparedChange[]) => {
    const { failed, applied } = await store.change(changes, true, eventRecord());
    assert.deepEqual(failed, []);
    return applied;
  };
  const refused = async (code: string, message: string, ...changes: PreparedChange[]) => {
    const { failed } = await store.change(changes, true, eventRecord());
    assert.deepEqual(
      failed.map((failure) => [failure.code, failure.message]),
      [[code, message]],
    );
  };
  const ids = async (query: Parameters<Store['find']>[0]) =>
    (await store.find(query)).map(({ id }) => id);
  const tag = (id: string) => {
    const rows = policyRows(join(bench.lastFolder, 'gateway.db'));
    return [...rows.credentials].find((credential) => credential.id === id);
  };

  it('stores every property and reads it back', async () => {
    await done(pass('old', 't2', 'ann', { status: 'inactive' }));
    const entities = [
      ['zone', ZONE],
      ['firm', FIRM],
      ['employment', EMPLOYMENT],
      ['plannedDay', PLANNED_DAY],
      ['pass', PASS],
      ['waiver', WAIVER],
      ['deal', DEAL],
      ['fitting', FITTING],
    ] as const;
    for (const [kind, value] of entities) {
      await done(put(kind, value));
      assert.deepEqual(await store.find({ kind, id: value.id }), [value]);
    }
  });

  it('tells decisions of zones, tags, firms and deals, and of nothing else', async () => {
    const applied = await done(
      put('firm', FIRM),
      put('employment', EMPLOYMENT),
      put('deal', DEAL),
      put('fitting', FITTING),
    );
    assert.deepEqual(applied, [
      { kind: 'firm', put: FIRM },
      { kind: 'deal', put: DEAL },
    ]);
    const [zone] = await done(put('zone', ZONE));
    assert.deepEqual(zone, { kind: 'zone', put: ZONE });
  });

  it('has one active pass for a tag, and names its holder (R-075)', async () => {
    await done(pass('p1', 't1', 'ann'));
    const message = 'pass "p2": credential "t1" is held by person "ann" with pass "p1"';
    await refused('CONFLICT', message, pass('p2', 't1', 'bob'));
    await refused('CONFLICT', message, pass('p3', 't2', 'bob'), pass('p2', 't1', 'bob'));
    await done(pass('p1', 't1', 'ann', { status: 'inactive' }), pass('p2', 't1', 'bob'));
    assert.deepEqual(await ids({ kind: 'pass', tag: 't1' }), ['p1', 'p2']);
    assert.deepEqual(await ids({ kind: 'pass', tag: 't1', open: true }), ['p2']);
  });

  it('gives a tag to the person of its active pass, whatever the credential says', async () => {
    const applied = await done(pass('p1', 't1', 'bob', { host: 'cy' }));
    assert.deepEqual(applied, [{ kind: 'credential', put: tag('t1') }]);
    assert.equal(tag('t1')?.person, 'bob');
    assert.equal(tag('t1')?.host, 'cy');
    await done({ op: 'update', kind: 'credential', value: { id: 't1', person: 'cy' } });
    assert.equal(tag('t1')?.person, 'bob');
  });

  it('finds a tag at its holder, and leaves it behind when the holder is deleted', async () => {
    await done(pass('p1', 't1', 'bob'));
    assert.deepEqual(await ids({ kind: 'credential', person: 'bob' }), ['t1']);
    assert.deepEqual(await ids({ kind: 'person', lookup: 'lookup-t1' }), ['bob']);
    await done({ op: 'delete', kind: 'person', id: 'bob' });
    assert.deepEqual(await ids({ kind: 'pass' }), []);
    assert.equal(tag('t1')?.person, 'ann');
  });

  it('does not let a tag without an active pass open anything', async () => {
    await done(pass('p1', 't1', 'ann', { status: 'inactive' }));
    assert.equal(tag('t1')?.status, 'returned');
    assert.equal(tag('t2')?.status, 'active'); // never given out by a pass
    await done({ op: 'delete', kind: 'pass', id: 'p1' });
    assert.equal(tag('t1')?.status, 'active');
  });

  it('keeps a pass within its own time and that of the credential', async () => {
    const value = { id: 't1', validFrom: '2026-02-01', validTo: '2026-03-01T12:00' };
    await done({ op: 'update', kind: 'credential', value });
    await done(pass('p1', 't1', 'ann', { validFrom: '2026-01-01', validTo: '2026-03-01' }));
    assert.equal(tag('t1')?.validFrom, '2026-02-01');
    assert.equal(tag('t1')?.validTo, '2026-03-01T12:00');
  });

  it('suspends a pass until the one that stands in for it ends', async () => {
    await done(pass('main', 't1', 'ann'));
    const stand = { type: 'temporary', replaces: 'main', validTo: '2026-03-01T18:00:00' };
    await done(pass('day', 't2', 'ann', stand));
    assert.equal(tag('t1')?.validFrom, '2026-03-01T18:00:00');
    await done(pass('day', 't2', 'ann', { ...stand, validTo: '2026-03-01' }));
    assert.equal(tag('t1')?.validFrom, '2026-03-02');
    const applied = await done(pass('day', 't2', 'ann', { ...stand, status: 'inactive' }));
    assert.equal(tag('t1')?.validFrom, '2026-01-01');
    assert.equal(applied.length, 2);
  });

  it('has one employment from a day on, and one plan for a day', async () => {
    await done(put('employment', EMPLOYMENT), put('plannedDay', PLANNED_DAY));
    await refused(
      'CONFLICT',
      'employment "e2": employment "e1" begins on the same day',
      put('employment', { ...EMPLOYMENT, id: 'e2' }),
    );
    await refused(
      'CONFLICT',
      'planned day "d2": planned day "d1" is for the same person, firm and day',
      put('plannedDay', { ...PLANNED_DAY, id: 'd2' }),
    );
    const open = { id: 'e3', person: 'bob', firm: 'f1' };
    await done(put('employment', open));
    await refused(
      'CONFLICT',
      'employment "e4": employment "e3" begins on the same day',
      put('employment', { ...open, id: 'e4' }),
    );
  });

  it('finds by firm and by days', async () => {
    const day = (id: string, date: string) =>
      put('plannedDay', { ...PLANNED_DAY, id, date } as never);
    await done(put('employment', EMPLOYMENT));
    await done(day('d1', '2026-01-01'), day('d2', '2026-01-02'), day('d3', '2026-01-03'));
    assert.deepEqual(await ids({ kind: 'person', firm: 'f1' }), ['ann']);
    const days = { from: '2026-01-02', to: '2026-01-02' };
    assert.deepEqual(await ids({ kind: 'plannedDay', firm: 'f1', ...days }), ['d2']);
    assert.deepEqual(await ids({ kind: 'employment', firm: 'f1', from: '2027-01-01' }), []);
    assert.deepEqual(await ids({ kind: 'employment', firm: 'f1', from: '2026-12-31' }), ['e1']);
  });

  it('finds open deals of a person', async () => {
    await done(put('deal', DEAL));
    assert.deepEqual(await ids({ kind: 'deal', person: 'ann', open: true }), []);
    await done({ op: 'put', kind: 'deal', value: { ...OPEN_DEAL } });
    assert.deepEqual(await ids({ kind: 'deal', person: 'ann', open: true }), ['o3']);
  });

  it('does not delete what is in use, and with a person all that is theirs', async () => {
    await done(put('employment', EMPLOYMENT), pass('p1', 't1', 'ann'), pass('p2', 't2', 'bob'));
    const message = 'firm "f1" is in use by employment "e1"';
    await refused('CONFLICT', message, { op: 'delete', kind: 'firm', id: 'f1' });
    const used = 'credential "t1" is in use by pass "p1"';
    await refused('CONFLICT', used, { op: 'delete', kind: 'credential', id: 't1' });
    await done({ op: 'delete', kind: 'person', id: 'ann' });
    assert.deepEqual(await ids({ kind: 'pass' }), ['p2']);
    assert.deepEqual(await ids({ kind: 'employment' }), []);
    assert.equal(tag('t2')?.person, 'bob'); // the tag is bob's now
    assert.deepEqual(await ids({ kind: 'credential' }), ['t2']);
  });

  it('lets a child zone be written together with its parent, and not be its own', async () => {
    const child = { id: 'child', name: 'Child', parent: 'root' };
    await done(put('zone', { id: 'root', name: 'Root' } as never), put('zone', child));
    const message = 'zone "root" cannot be its own parent';
    await refused('INPUT_INVALID', message, put('zone', { ...child, id: 'root' }));
  });
});

const attributes = { note: 'x' };
const ZONE = {
  ...{ id: 'hall', name: 'Hall', parent: 'site', attributes },
  antiPassback: { mode: 'hard' as const },
  occupancy: { limit: 10, full: 'report' as const },
};
const FIRM = {
  ...{ id: 'f1', name: 'Alpha', roles: ['employer' as const], attributes },
  accounting: { earlyArrival: true },
  release: { buyer: { all: [['payment' as const]] } },
  penalty: {
    ...{ weights: { lost: 3 }, days: 90, threshold: 5 },
    action: 'report' as const,
  },
};
const EMPLOYMENT = {
  ...{ id: 'e1', person: 'ann', firm: 'f1', validFrom: '2026-01-01', validTo: '2026-12-31' },
  ...{ workMode: 'shift', nonWorkingDays: false, priority: 2, attributes },
};
const PLANNED_DAY = {
  ...{ id: 'd1', person: 'ann', firm: 'f1', date: '2026-01-01' },
  ...{ arrival: '08:00', departure: '17:00', stay: 480, attributes },
};
const PASS = {
  ...{ id: 'p9', tag: 't1', person: 'ann', type: 'oneOff', status: 'inactive' },
  ...{ validFrom: '2026-01-01T08:00:00', validTo: '2026-01-01T18:00:00', reason: 'visit' },
  ...{ replaces: 'old', host: 'bob', firm: 'f2', endedAt: '2026-01-01T12:00:00', end: 'exit' },
  ...{ note: 'n', attributes },
};
const WAIVER = { id: 'w1', pass: 'p9', reason: 'r', author: 'boss', at: 7 };
const OPEN_DEAL = {
  ...{ id: 'o3', person: 'ann', firm: 'f2', role: 'buyer' as const, openedAt: 1 },
  marks: { goods: 2, payment: 3 },
};
const DEAL = { ...OPEN_DEAL, id: 'o1', reference: 'R-1', closedAt: 4, note: 'n', attributes };
const FITTING = {
  ...{ id: 'x1', link: 'lock-door', part: 'lock-1', host: 'door-1', event: 'installation' },
  ...{ at: 5, by: 'Fitter', coordinates: [1, 2.5], attributes },
};
