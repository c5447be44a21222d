import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { policyRows } from '../../../lib/engine/store/policy-rows.ts';
import type { PreparedChange } from '../../../lib/engine/store/store.ts';
import { ENTITY_KINDS, type EntityKind } from '../../../lib/model/entity.ts';
import { POLICY_KINDS, type PolicyChange, type PolicyRows } from '../../../lib/policy/policy.ts';
import { StoreBench, eventRecord } from './support.ts';

describe('the policy as it is loaded', () => {
  let bench: StoreBench;
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.clear());

  it('is empty and of version 0 in a new database', async () => {
    const { rows } = await bench.open();
    assert.equal(rows.version, 0);
    assert.deepEqual(snapshotOf(rows), new Map());
  });

  it('is what the reported changes lead to, whatever was changed', async function () {
    this.timeout(60_000);
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    const snapshot = new Map<string, unknown>();
    const change = async (changes: PreparedChange[], atomic: boolean) => {
      const { applied, version } = await store.change(changes, atomic, eventRecord());
      apply(snapshot, applied);
      const rows = policyRows(join(folder, 'gateway.db'));
      assert.deepEqual(snapshotOf(rows), snapshot);
      assert.equal(rows.version, version);
    };
    await fc.assert(
      fc.asyncProperty(CALLS, async (calls) => {
        await change(emptying(snapshot), true);
        for (const [changes, atomic] of calls) await change(changes, atomic);
      }),
      { numRuns: 150 },
    );
  });

  it('can be read more than once', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    const value = { id: 'p', name: 'P' };
    await store.change([{ op: 'create', kind: 'person', value }], true, eventRecord());
    await store.close();
    const { rows } = await bench.open(folder);
    assert.deepEqual([...rows.persons], [...rows.persons]);
    assert.equal([...rows.persons].length, 1);
  });
});

function apply(snapshot: Map<string, unknown>, changes: readonly PolicyChange[]): void {
  for (const change of changes) {
    if ('put' in change) snapshot.set(`${change.kind} ${change.put.id}`, change.put);
    else assert.ok(snapshot.delete(`${change.kind} ${change.delete}`));
  }
}

function snapshotOf(rows: PolicyRows): Map<string, unknown> {
  const tables = {
    person: rows.persons,
    credential: rows.credentials,
    group: rows.groups,
    permission: rows.permissions,
    schedule: rows.schedules,
    holidayGroup: rows.holidayGroups,
    zone: rows.zones,
    firm: rows.firms,
    deal: rows.deals,
    override: rows.overrides,
  };
  const snapshot = new Map<string, unknown>();
  for (const kind of POLICY_KINDS) {
    for (const item of tables[kind]) snapshot.set(`${kind} ${item.id}`, item);
  }
  return snapshot;
}

/** Deletes everything, what refers before what is referred to; with people go their credentials. */
function emptying(snapshot: ReadonlyMap<string, unknown>): PreparedChange[] {
  const idsOf = (kind: string) =>
    [...snapshot.keys()]
      .filter((key) => key.startsWith(`${kind} `))
      .map((key) => key.slice(kind.length + 1));
  const order = ['permission', 'person', 'group', 'schedule', 'holidayGroup', 'zone'] as const;
  return [
    ...idsOf('zone').map((zone): PreparedChange => {
      return { op: 'put', kind: 'zone', value: { id: zone, name: 'Without parent' } };
    }),
    ...order.flatMap((kind) =>
      idsOf(kind).map((one): PreparedChange => ({ op: 'delete', kind, id: one })),
    ),
  ];
}

/** Few ids, so that changes meet. */
const id = (letter: string) => fc.integer({ min: 1, max: 3 }).map((n) => `${letter}${n}`);
const optional = { requiredKeys: ['id'] as ['id'] };
const date = fc.constantFrom('2026-01-01', '2026-02-01T08:00');
const name = fc.constantFrom('Ann', 'Иван');
const groups = fc.uniqueArray(id('g'), { maxLength: 3 }).map((list) => list.toSorted());

const VALUES: Record<EntityKind, fc.Arbitrary<object>> = {
  person: fc.record(
    {
      ...{ id: id('p'), name, groups, validFrom: date, validTo: date },
      status: fc.constantFrom('active', 'disabled'),
    },
    optional,
  ),
  group: fc.record({ id: id('g'), name, breakGlass: fc.boolean() }, optional),
  credential: fc.record(
    {
      ...{ id: id('c'), person: id('p'), validFrom: date, duress: fc.boolean() },
      type: fc.constantFrom('card', 'pin'),
      status: fc.constantFrom('active', 'lost'),
      tokenKey: fc.constant(new Uint8Array([1])),
      secret: id('x').map((lookup) => ({ lookup, hint: '*', sealed: new Uint8Array([1]) })),
    },
    optional,
  ),
  permission: fc.record(
    {
      ...{ id: id('r'), validFrom: date, source: name },
      effect: fc.constantFrom('allow', 'deny'),
      subject: fc.oneof(
        id('p').map((person) => ({ person })),
        id('g').map((group) => ({ group })),
        fc.constant({ everyone: true }),
      ),
      target: fc.oneof(
        id('a').map((zone) => ({ zone })),
        fc.constant({ everywhere: true }),
      ),
      schedule: fc.oneof(id('s'), fc.constant('always')),
    },
    optional,
  ),
  schedule: fc.record(
    {
      ...{ id: id('s'), name, rule: fc.constant({ kind: 'always' }) },
      holidays: fc.array(
        id('h').map((group) => ({ group, windows: [] })),
        { maxLength: 2 },
      ),
    },
    optional,
  ),
  holidayGroup: fc.record(
    { id: id('h'), name, days: fc.constant([{ from: '2026-01-01' }]) },
    optional,
  ),
  zone: fc.record({ id: id('z'), name, parent: id('z') }, optional),
  firm: fc.record({ id: id('f'), name, roles: fc.constant(['employer']) }, optional),
  employment: fc.record({ id: id('e'), person: id('p'), firm: id('f'), validFrom: date }, optional),
  plannedDay: fc.record({ id: id('d'), person: id('p'), firm: id('f'), date }, optional),
  timeCorrection: fc.record(
    {
      ...{ id: id('k'), person: id('p'), firm: id('f'), from: date, to: date },
      ...{ present: fc.boolean(), reason: name, author: name, at: fc.constant(1) },
    },
    optional,
  ),
  pass: fc.record(
    {
      ...{ id: id('q'), tag: id('c'), person: id('p'), host: id('p'), firm: id('f') },
      ...{ replaces: id('q'), validFrom: date, validTo: date },
      type: fc.constantFrom('permanent', 'temporary'),
      status: fc.constantFrom('active', 'active', 'inactive'),
    },
    { requiredKeys: ['id', 'validFrom', 'type', 'status'] },
  ),
  consent: fc.record({
    ...{ id: id('y'), person: id('p'), text: name, language: fc.constant('ru') },
    ...{ at: fc.constant(1), author: name },
  }),
  waiver: fc.record({ id: id('w'), pass: id('q'), reason: name, author: name, at: fc.constant(1) }),
  deal: fc.record(
    {
      ...{ id: id('o'), person: id('p'), firm: id('f'), openedAt: fc.constant(1) },
      role: fc.constantFrom('buyer', 'supplier'),
      marks: fc.constantFrom({}, { goods: 2 }),
    },
    optional,
  ),
  fitting: fc.record(
    {
      ...{ id: id('t'), link: fc.constant('lock-door'), part: id('x'), host: id('y') },
      ...{ event: fc.constant('repair'), at: fc.constant(1) },
    },
    optional,
  ),
};

const CHANGE = fc.oneof(
  ...ENTITY_KINDS.map((kind) =>
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          op: fc.constantFrom('create', 'update', 'put', 'put'),
          kind: fc.constant(kind),
          value: VALUES[kind],
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          op: fc.constant('delete'),
          kind: fc.constant(kind),
          id: fc.oneof(...['p', 'g', 'c', 'r', 's', 'h', 'z', 'f', 'q', 'o'].map(id)),
        }),
      },
    ),
  ),
) as fc.Arbitrary<PreparedChange>;

const CALLS = fc.array(fc.tuple(fc.array(CHANGE, { maxLength: 12 }), fc.boolean()), {
  maxLength: 6,
});
