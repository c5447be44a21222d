import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OpenedStore } from '../../../lib/engine/store/open.ts';
import type { PreparedChange, SealedCredential, Store } from '../../../lib/engine/store/store.ts';
import type { EntityKind } from '../../../lib/model/entity.ts';
import { StoreBench, eventRecord } from './support.ts';

type Write = Exclude<PreparedChange, { op: 'delete' }>;

function person(id: string, more: object = {}): Write {
  return { op: 'create', kind: 'person', value: { id, name: `Name of ${id}`, ...more } };
}

function credential(id: string, lookup: string, more: Partial<SealedCredential> = {}): Write {
  const secret = { lookup, hint: '****', sealed: new Uint8Array([1, 2]) };
  const value: SealedCredential = { id, person: 'p1', type: 'card', secret, ...more };
  return { op: 'create', kind: 'credential', value };
}

const group = (id: string): Write => ({ op: 'create', kind: 'group', value: { id, name: id } });
const remove = (kind: EntityKind, id: string): PreparedChange => ({ op: 'delete', kind, id });
const put = (write: Write): PreparedChange => ({ ...write, op: 'put' });
const update = (kind: 'person' | 'credential', value: { id: string }): PreparedChange => ({
  op: 'update',
  kind,
  value,
});

describe('changes of the policy', () => {
  let bench: StoreBench;
  let opened: OpenedStore;
  let store: Store;
  beforeEach(async () => {
    bench = new StoreBench();
    opened = await bench.open();
    ({ store } = opened);
  });
  afterEach(() => bench.clear());

  const change = (changes: PreparedChange[], atomic = true) =>
    store.change(changes, atomic, eventRecord('policyChanged'));
  const done = async (...changes: PreparedChange[]) => {
    const { failed, applied } = await change(changes);
    assert.deepEqual(failed, []);
    return applied;
  };
  const refused = async (code: string, message: string, ...changes: PreparedChange[]) => {
    const { failed } = await change(changes);
    assert.deepEqual(
      failed.map((failure) => [failure.code, failure.message]),
      [[code, message]],
    );
  };
  const find = async (kind: EntityKind, id: string) => (await store.find({ kind, id }))[0];

  it('stores every property and reads it back', async () => {
    const entities = [
      {
        kind: 'holidayGroup',
        value: {
          id: 'h',
          name: 'H',
          days: [{ from: '2026-01-01', to: '2026-01-02', yearly: true }],
        },
      },
      {
        kind: 'schedule',
        value: {
          id: 's',
          name: 'S',
          rule: { kind: 'daily', windows: [{ from: '08:00', to: '18:00' }], from: '2026-01-01' },
          holidays: [{ group: 'h', windows: [] }],
        },
      },
      {
        kind: 'group',
        value: { id: 'g', name: 'G', breakGlass: true, attributes: { floor: 3, open: null } },
      },
      {
        kind: 'person',
        value: {
          ...{ id: 'p1', name: 'Ann', department: 'D', employeeNumber: '7', status: 'disabled' },
          ...{ validFrom: '2026-01-01', validTo: '2026-12-31T18:00', groups: ['g'] },
          attributes: { a: 'b' },
        },
      },
      {
        kind: 'permission',
        value: {
          ...{ id: 'r', effect: 'deny', subject: { group: 'g' }, target: { zone: 'z' } },
          ...{ schedule: 's', validFrom: '2026-01-01', validTo: '2026-02-01', source: 'AP1' },
          attributes: { a: true },
        },
      },
    ] as const;
    await done(...entities.map((entity) => ({ op: 'create', ...entity }) as PreparedChange));
    for (const { kind, value } of entities) assert.deepEqual(await find(kind, value.id), value);
    const variants = [
      { id: 'r1', subject: { person: 'p1' }, target: { accessPoint: 'door' }, schedule: 'always' },
      { id: 'r2', subject: { everyone: true }, target: { everywhere: true } },
    ] as const;
    for (const value of variants) {
      await done({ op: 'create', kind: 'permission', value });
      assert.deepEqual(await find('permission', value.id), value);
    }
  });

  it('reads a credential back without its secrets, and these on their own', async () => {
    await done(
      person('p1'),
      credential('c1', 'x', {
        ...{ status: 'lost', validFrom: '2026-01-01', validTo: '2026-01-02', label: 'blue' },
        ...{ duress: true, model: { algorithm: 'a', version: '1' }, attributes: { n: 1 } },
        ...{ template: new Uint8Array([3]), tokenKey: new Uint8Array([4]) },
      }),
      credential('c2', 'y'),
    );
    assert.deepEqual(await find('credential', 'c1'), {
      ...{ id: 'c1', person: 'p1', type: 'card', status: 'lost', hint: '****', label: 'blue' },
      ...{ validFrom: '2026-01-01', validTo: '2026-01-02', duress: true, attributes: { n: 1 } },
      ...{ model: { algorithm: 'a', version: '1' }, hasTemplate: true, hasTokenKey: true },
    });
    assert.deepEqual(await store.secrets('c1'), {
      sealed: new Uint8Array([1, 2]),
      template: new Uint8Array([3]),
      tokenKey: new Uint8Array([4]),
    });
    assert.deepEqual(await store.secrets('c2'), { sealed: new Uint8Array([1, 2]) });
    assert.equal(await store.secrets('c3'), undefined);
  });

  it('counts a version for every call that changes something, and for no other', async () => {
    assert.equal((await change([person('p1'), person('p2')])).version, 1);
    assert.equal((await change([person('p1')])).version, 1);
    assert.equal((await change([])).version, 1);
    assert.equal((await change([remove('person', 'p1')])).version, 2);
  });

  it('writes one event with version and counts, and none if nothing changes', async () => {
    await change([person('p1'), person('p1'), person('p2')], false);
    await change([person('p1')], false);
    const events = await store.readRecords('event', 0, 10);
    assert.deepEqual(
      events.map(({ body }) => [body.code, body.details]),
      [['policyChanged', { version: 1, applied: 2, failed: 1 }]],
    );
  });

  it('changes nothing at all when one change of an atomic call fails', async () => {
    const outcome = await change([group('g'), person('p1', { groups: ['g'] }), person('p1')]);
    assert.deepEqual(outcome, {
      version: 0,
      applied: [],
      written: 0,
      failed: [{ index: 2, code: 'CONFLICT', message: 'person "p1" exists already' }],
    });
    assert.deepEqual(await store.find({ kind: 'group' }), []);
    assert.equal((await store.health()).streams.event.last, 0);
  });

  it('applies what it can of a call that is not atomic, in order', async () => {
    const outcome = await change(
      [
        person('p1', { groups: ['missing'] }),
        group('g'),
        person('p1', { groups: ['g'] }),
        update('person', { id: 'p9' }),
        remove('group', 'g'),
        person('p2'),
      ],
      false,
    );
    assert.deepEqual(
      outcome.failed.map(({ index, code }) => [index, code]),
      [
        [0, 'NOT_FOUND'],
        [3, 'NOT_FOUND'],
        [4, 'CONFLICT'],
      ],
    );
    assert.deepEqual(
      outcome.applied.map((item) => ('put' in item ? item.put.id : item)),
      ['g', 'p1', 'p2'],
    );
  });

  it('creates only what is new and updates only what exists', async () => {
    await done(person('p1'));
    await refused('CONFLICT', 'person "p1" exists already', person('p1'));
    await refused('NOT_FOUND', 'person "p2" does not exist', update('person', { id: 'p2' }));
    await refused('NOT_FOUND', 'person "p2" does not exist', remove('person', 'p2'));
    await refused('CONFLICT', 'person "p2" exists already', person('p2'), person('p2'));
    await done(put(person('p1', { name: 'New' })), put(person('p2')));
    assert.deepEqual(await find('person', 'p1'), { id: 'p1', name: 'New' });
  });

  it('replaces the given fields on update, and everything on put', async () => {
    await done(group('g'), group('h'), person('p1', { department: 'D', groups: ['g'] }));
    await done(update('person', { id: 'p1', name: 'New' } as { id: string }));
    const expected = { id: 'p1', name: 'New', department: 'D', groups: ['g'] };
    assert.deepEqual(await find('person', 'p1'), expected);
    await done(put(person('p1', { groups: ['h'] })));
    assert.deepEqual(await find('person', 'p1'), {
      ...{ id: 'p1', name: 'Name of p1', groups: ['h'] },
    });
  });

  it('keeps the secrets of a credential until a new value comes', async () => {
    const tokenKey = new Uint8Array([9]);
    await done(person('p1'), credential('c1', 'x', { tokenKey }));
    const value: SealedCredential = { id: 'c1', person: 'p1', type: 'card', label: 'new' };
    await done({ op: 'put', kind: 'credential', value });
    assert.deepEqual((await store.secrets('c1'))?.tokenKey, tokenKey);
    await done(update('credential', { id: 'c1' }));
    assert.deepEqual((await store.secrets('c1'))?.tokenKey, tokenKey);
    await done(put(credential('c1', 'z')));
    assert.equal((await store.secrets('c1'))?.tokenKey, undefined);
  });

  it('asks for what an entity cannot be without', async () => {
    await refused('INPUT_INVALID', 'group "g" needs "name"', {
      ...{ op: 'create', kind: 'group', value: { id: 'g' } },
    });
    await done(person('p1'));
    await refused('INPUT_INVALID', 'credential "c" needs "value"', {
      ...{ op: 'create', kind: 'credential', value: { id: 'c', person: 'p1', type: 'card' } },
    });
    await refused('INPUT_INVALID', 'permission "r" needs "target"', {
      ...{ op: 'create', kind: 'permission', value: { id: 'r', subject: { person: 'p1' } } },
    });
  });

  it('names a reference that does not exist', async () => {
    const groupless = person('p1', { groups: ['g1'] });
    await refused('NOT_FOUND', 'person "p1": group "g1" does not exist', groupless);
    const ownerless = credential('c1', 'x');
    await refused('NOT_FOUND', 'credential "c1": person "p1" does not exist', ownerless);
    await refused('NOT_FOUND', 'permission "r": schedule "s1" does not exist', {
      op: 'create',
      kind: 'permission',
      value: { id: 'r', subject: { everyone: true }, target: { everywhere: true }, schedule: 's1' },
    });
    const rule = { kind: 'always' } as const;
    const holidays = [{ group: 'h1', windows: [] }];
    await refused('NOT_FOUND', 'schedule "s": holiday group "h1" does not exist', {
      ...{ op: 'create', kind: 'schedule', value: { id: 's', name: 'S', rule, holidays } },
    });
    await refused('CONFLICT', 'schedule "always" is built in', {
      ...{ op: 'create', kind: 'schedule', value: { id: 'always', name: 'S', rule } },
    });
  });

  it('refuses a value that has an owner already, within one call as well', async () => {
    await done(person('p1'), person('p2'), credential('c1', 'x'));
    const message = 'credential "c2": its value belongs to credential "c1" of person "p1"';
    await refused('CONFLICT', message, credential('c2', 'x', { person: 'p2' }));
    await refused(
      'CONFLICT',
      'credential "c4": its value belongs to credential "c3" of person "p1"',
      credential('c3', 'y'),
      credential('c4', 'y'),
    );
    await done(credential('c5', 'x', { type: 'qr' }));
    await done(put(credential('c1', 'x')), put(credential('c1', 'z')), credential('c6', 'x'));
  });

  it('lets several people choose the same PIN', async () => {
    await done(person('p1'), person('p2'));
    await done(
      credential('c1', 'x', { type: 'pin' }),
      credential('c2', 'x', { type: 'pin', person: 'p2' }),
    );
    assert.equal((await store.find({ kind: 'credential', lookup: 'x' })).length, 2);
  });

  it('does not change the type of a credential without its value', async () => {
    await done(person('p1'), credential('c1', 'x'));
    const retyped = update('credential', { id: 'c1', type: 'qr' } as { id: string });
    await refused('INPUT_INVALID', 'credential "c1" needs "value" when its type changes', retyped);
  });

  it('deletes with a person everything that is only theirs, and reports it', async () => {
    await done(
      group('g'),
      person('p1', { groups: ['g'] }),
      person('p2', { groups: ['g'] }),
      credential('c1', 'x'),
      credential('c2', 'y', { person: 'p2' }),
      ...['p1', 'p2'].map((subject): PreparedChange => {
        const value = { id: `r-${subject}`, subject: { person: subject }, target: { zone: 'z' } };
        return { op: 'create', kind: 'permission', value };
      }),
    );
    assert.deepEqual(await done(remove('person', 'p1')), [
      { kind: 'credential', delete: 'c1' },
      { kind: 'permission', delete: 'r-p1' },
      { kind: 'person', delete: 'p1' },
    ]);
    const ids = async (kind: EntityKind) => (await store.find({ kind })).map(({ id }) => id);
    assert.deepEqual(await ids('credential'), ['c2']);
    assert.deepEqual(await ids('permission'), ['r-p2']);
    assert.deepEqual(await ids('person'), ['p2']);
  });

  it('does not delete what is in use, and names a user', async () => {
    const rule = { kind: 'always' } as const;
    await done(
      { op: 'create', kind: 'holidayGroup', value: { id: 'h', name: 'H', days: [] } },
      {
        op: 'create',
        kind: 'schedule',
        value: { id: 's', name: 'S', rule, holidays: [{ group: 'h', windows: [] }] },
      },
      group('g'),
      group('g2'),
      person('p1', { groups: ['g'] }),
      {
        op: 'create',
        kind: 'permission',
        value: { id: 'r', subject: { group: 'g2' }, target: { zone: 'z' }, schedule: 's' },
      },
    );
    const used = 'is in use by';
    await refused('CONFLICT', `group "g" ${used} person "p1"`, remove('group', 'g'));
    await refused('CONFLICT', `group "g2" ${used} permission "r"`, remove('group', 'g2'));
    await refused('CONFLICT', `schedule "s" ${used} permission "r"`, remove('schedule', 's'));
    await refused(
      'CONFLICT',
      `holiday group "h" ${used} schedule "s"`,
      remove('holidayGroup', 'h'),
    );
    await done(
      ...[remove('permission', 'r'), remove('schedule', 's'), remove('holidayGroup', 'h')],
      ...[remove('group', 'g2'), remove('person', 'p1'), remove('group', 'g')],
    );
  });

  it('takes a whole base in one call', async function () {
    this.timeout(30_000);
    const people = Array.from({ length: 1200 }, (_, index) => person(`p${index}`));
    const cards = people.map((_, index) => credential(`c${index}`, `x${index}`));
    assert.equal((await done(...people, ...cards)).length, 2400);
    assert.equal((await change([...people.map(put), ...cards.map(put)])).applied.length, 2400);
  });

  it('is checked by the database as well', async () => {
    await done(person('p1'), credential('c1', 'x'));
    await store.close();
    const db = new DatabaseSync(join(bench.lastFolder, 'gateway.db'));
    for (const sql of [
      `DELETE FROM person`,
      `INSERT INTO person_group VALUES ('p1', 'g')`,
      `INSERT INTO credential (id, person, type, lookup, hint, sealed, search)
         VALUES ('c2', 'p1', 'card', 'x', '', x'', '')`,
      `INSERT INTO permission (id, everyone, everywhere, schedule, search)
         VALUES ('r', 1, 1, 's', '')`,
    ]) {
      assert.throws(
        () => {
          db.exec(sql);
        },
        /constraint failed/,
        sql,
      );
    }
    db.close();
  });
});
