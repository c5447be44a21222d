import assert from 'node:assert/strict';
import type { PreparedChange, Store } from '../../../lib/engine/store/store.ts';
import type { EntityKind } from '../../../lib/model/entity.ts';
import { StoreBench, eventRecord } from './support.ts';

describe('the search for entities', () => {
  let bench: StoreBench;
  let store: Store;
  before(async () => {
    bench = new StoreBench();
    ({ store } = await bench.open());
    const { failed } = await store.change(BASE, true, eventRecord());
    assert.deepEqual(failed, []);
  });
  after(() => bench.clear());

  const ids = async (query: Parameters<Store['find']>[0]) =>
    (await store.find(query)).map(({ id }) => id);

  it('finds a part of name, id, department or employee number', async () => {
    assert.deepEqual(await ids({ kind: 'person', text: 'nn Sm' }), ['p-ann']);
    assert.deepEqual(await ids({ kind: 'person', text: 'p-a' }), ['p-ann']);
    assert.deepEqual(await ids({ kind: 'person', text: 'Склад' }), ['p-ivan']);
    assert.deepEqual(await ids({ kind: 'person', text: '00-17' }), ['p-ann']);
    assert.deepEqual(await ids({ kind: 'person', text: 'nobody' }), []);
  });

  it('does not mind capitals, in any script', async () => {
    assert.deepEqual(await ids({ kind: 'person', text: 'ANN SMITH' }), ['p-ann']);
    assert.deepEqual(await ids({ kind: 'person', text: 'иВАН пЕТРОВ' }), ['p-ivan']);
    assert.deepEqual(await ids({ kind: 'person', text: '李雷' }), ['p-li']);
    assert.deepEqual(await ids({ kind: 'person', text: 'ｐ－ｌｉ' }), ['p-li']);
  });

  it('takes every character of the text literally', async () => {
    assert.deepEqual(await ids({ kind: 'person', text: '%' }), ['p-li']);
    assert.deepEqual(await ids({ kind: 'person', text: '_' }), ['p-ivan']);
    assert.deepEqual(await ids({ kind: 'person', text: '\\' }), []);
    assert.deepEqual(await ids({ kind: 'person', text: `'; DROP TABLE person; --` }), []);
  });

  it('follows a change of what it searches', async () => {
    const value = { id: 'p-new', name: 'Before' };
    const event = eventRecord();
    await store.change([{ op: 'create', kind: 'person', value }], true, event);
    const renamed = { id: 'p-new', name: 'After' };
    await store.change([{ op: 'update', kind: 'person', value: renamed }], true, event);
    assert.deepEqual(await ids({ kind: 'person', text: 'before' }), []);
    assert.deepEqual(await ids({ kind: 'person', text: 'after' }), ['p-new']);
    await store.change([{ op: 'delete', kind: 'person', id: 'p-new' }], true, event);
  });

  it('finds by person, group and credential value', async () => {
    assert.deepEqual(await ids({ kind: 'person', group: 'g' }), ['p-ann', 'p-ivan']);
    assert.deepEqual(await ids({ kind: 'person', lookup: 'card-of-ivan' }), ['p-ivan']);
    assert.deepEqual(await ids({ kind: 'credential', lookup: 'card-of-ivan' }), ['c1']);
    assert.deepEqual(await ids({ kind: 'credential', person: 'p-ivan' }), ['c1']);
    assert.deepEqual(await ids({ kind: 'permission', person: 'p-ivan' }), ['r1']);
    assert.deepEqual(await ids({ kind: 'permission', group: 'g' }), ['r2']);
    assert.deepEqual(await ids({ kind: 'person', group: 'g', text: 'ann' }), ['p-ann']);
  });

  it('refuses a filter that a kind does not have', async () => {
    await assert.rejects(store.find({ kind: 'schedule', person: 'p-ann' }), {
      code: 'INPUT_INVALID',
      message: 'a search for schedule knows no filter "person"',
    });
  });

  it('gives pages in the order of ids', async () => {
    const pages: string[][] = [];
    for (let after = ''; ; after = pages.at(-1)?.at(-1) ?? '') {
      const page = await ids({ kind: 'person', limit: 2, ...(after && { after }) });
      if (page.length === 0) break;
      pages.push(page);
    }
    assert.deepEqual(pages, [['p-ann', 'p-ivan'], ['p-li']]);
  });

  it('gives at most a hundred if nothing else is asked for', async () => {
    const kind: EntityKind = 'holidayGroup';
    const changes = Array.from({ length: 120 }, (_, index): PreparedChange => {
      return { op: 'create', kind, value: { id: `h${index}`, name: 'H', days: [] } };
    });
    await store.change(changes, true, eventRecord());
    assert.equal((await store.find({ kind })).length, 100);
    assert.equal((await store.find({ kind, limit: 1000 })).length, 120);
  });
});

const BASE: PreparedChange[] = [
  { op: 'create', kind: 'group', value: { id: 'g', name: 'Group' } },
  ...[
    { id: 'p-ann', name: 'Ann Smith', employeeNumber: '00-17', groups: ['g'] },
    { id: 'p-ivan', name: 'Иван Петров', department: 'СКЛАД_2', groups: ['g'] },
    { id: 'p-li', name: '李雷', department: '100 %' },
  ].map((value): PreparedChange => ({ op: 'create', kind: 'person', value })),
  {
    op: 'create',
    kind: 'credential',
    value: {
      ...{ id: 'c1', person: 'p-ivan', type: 'card' },
      secret: { lookup: 'card-of-ivan', hint: '****', sealed: new Uint8Array([1]) },
    },
  },
  {
    op: 'create',
    kind: 'permission',
    value: { id: 'r1', subject: { person: 'p-ivan' }, target: { everywhere: true } },
  },
  {
    op: 'create',
    kind: 'permission',
    value: { id: 'r2', subject: { group: 'g' }, target: { everywhere: true } },
  },
];
