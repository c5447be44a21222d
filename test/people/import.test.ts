import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Change, EntityKind } from '../../lib/model/entity.ts';
import { AccessError, isAccessError } from '../../lib/model/errors.ts';
import { CHUNK, importRows, type ImportOptions } from '../../lib/people/import.ts';
import type { ImportReport } from '../../lib/people/import.ts';
import { importSource } from '../../lib/people/source.ts';
import type { PeopleStore } from '../../lib/people/writer.ts';
import { MemoryPeople } from '../support/memory-people.ts';

async function bringIn(
  store: PeopleStore,
  content: unknown,
  options: Partial<ImportOptions> & { kind?: EntityKind } = {},
): Promise<ImportReport> {
  const rows = await importSource(content, { kind: options.kind ?? 'person', encoding: 'utf-8' });
  return importRows(store, rows, {
    author: 'test',
    existing: 'merge',
    dryRun: false,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...options,
  });
}

async function storeWith(changes: Change[] = []): Promise<MemoryPeople> {
  const store = new MemoryPeople();
  const groups = ['staff', 'night'].map((id) => ({
    op: 'put' as const,
    kind: 'group' as const,
    value: { id, name: id },
  }));
  await store.change({ changes: [...groups, ...changes], options: { author: 'test' } });
  store.calls.length = 0;
  return store;
}

const put = (kind: EntityKind, value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});

describe('import', () => {
  it('writes persons and their credentials', async () => {
    const store = await storeWith();
    const report = await bringIn(store, 'id,name,groups,card,pin\n7,Ann,staff,04A1B2C3,1234');
    assert.deepEqual(report, {
      rows: 1,
      accepted: 1,
      rejected: 0,
      dryRun: false,
      version: 4,
      rejections: [],
    });
    assert.equal(store.get('person', '7')?.name, 'Ann');
    assert.equal(store.get('credential', '7.card')?.value, '04A1B2C3');
    assert.equal(store.get('credential', '7.pin')?.value, '1234');
  });

  it('may be repeated: the second time nothing is written', async () => {
    const store = await storeWith();
    const text =
      'id,name,groups,attributes.floor,card\n7,Ann,staff;night,3,04A1B2C3\n8,Bob,,,04A1B2C4';
    await bringIn(store, text);
    store.calls.length = 0;
    const again = await bringIn(store, text.replace('04A1B2C3', '04:a1:b2:c3'));
    assert.deepEqual([again.rows, again.accepted], [2, 2]);
    assert.deepEqual(store.calls, []);
  });

  it('writes only what differs, and keeps attributes that the list does not mention', async () => {
    const person = { id: '7', name: 'Ann', attributes: { floor: '3', phone: '1' } };
    const store = await storeWith([put('person', person)]);
    await bringIn(store, 'id,name,attributes.phone\n7,Ann,2');
    assert.deepEqual(store.calls[0]?.changes, [
      { op: 'update', kind: 'person', value: { id: '7', attributes: { floor: '3', phone: '2' } } },
    ]);
  });

  it('replaces the card of a person, so that the old one stops opening', async () => {
    const store = await storeWith();
    await bringIn(store, 'id,name,card\n7,Ann,04A1B2C3');
    await bringIn(store, 'id,card\n7,FFFFFFFF');
    assert.equal(store.count('credential'), 1);
    assert.equal(store.get('credential', '7.card')?.value, 'FFFFFFFF');
  });

  it('does not lift a limit that the list does not mention', async () => {
    const limited = { id: '7', name: 'Ann', validTo: '2026-12-31', status: 'disabled' };
    const store = await storeWith([put('person', limited)]);
    await bringIn(store, 'id,name,validTo\n7,Anna,');
    assert.deepEqual(store.get('person', '7'), { ...limited, name: 'Anna' });
  });

  it('makes an entity exactly what the list says if told to replace it', async () => {
    const store = await storeWith([put('person', { id: '7', name: 'Ann', validTo: '2026-12-31' })]);
    await bringIn(store, 'id,name\n7,Anna', { existing: 'replace' });
    assert.deepEqual(store.get('person', '7'), { id: '7', name: 'Anna' });
  });

  it('reports line, column, code and reason of what the engine refuses', async () => {
    const store = await storeWith([
      put('person', { id: '1', name: 'Eve' }),
      put('credential', { id: 'e', person: '1', type: 'card', value: '04A1B2C3' }),
    ]);
    const text = 'id,name,groups,card\n7,Ann,staff,04A1B2C3\n8,Bob,nobody,04A1B2C4';
    const { rejections, ...counts } = await bringIn(store, text);
    assert.deepEqual(counts, { rows: 2, accepted: 0, rejected: 2, dryRun: false, version: 4 });
    assert.deepEqual(rejections, [
      { line: 3, kind: 'person', id: '8', code: 'NOT_FOUND', reason: 'no group "nobody"' },
      {
        line: 2,
        kind: 'person',
        id: '7',
        column: 'card',
        code: 'CONFLICT',
        reason: 'another credential has this value',
      },
    ]);
    assert.equal(store.get('credential', '8.card'), undefined, 'no card without its person');
  });

  it('gives no card to a person whose own row is refused', async () => {
    const store = await storeWith([put('person', { id: '7', name: 'Ann' })]);
    const report = await bringIn(store, 'id,name,validTo,card\n7,Ann,never,04A1B2C3');
    assert.deepEqual(
      report.rejections.map(({ column }) => column),
      ['validTo'],
    );
    assert.equal(store.count('credential'), 0);
    assert.equal(store.calls.length, 0);
  });

  it('takes the first of two rows of one entity and reports the second', async () => {
    const store = await storeWith();
    const report = await bringIn(store, 'id,name\n7,Ann\n8,Bob\n7,Carl');
    assert.deepEqual(report.rejections, [
      {
        line: 4,
        kind: 'person',
        id: '7',
        column: 'id',
        code: 'CONFLICT',
        reason: 'stands in line 2 already',
      },
    ]);
    assert.equal(store.get('person', '7')?.name, 'Ann');
  });

  it('writes nothing in a dry run and finds what is wrong with the form', async () => {
    const store = await storeWith();
    const text = 'id,name,pin\n7,Ann,1234\n8,Bob,12\n,Carl,\n9,,';
    const report = await bringIn(store, text, { dryRun: true, existing: 'replace' });
    assert.deepEqual(
      report.rejections.map(({ line, column }) => [line, column]),
      [
        [3, 'pin'],
        [4, 'id'],
        [5, undefined],
      ],
    );
    assert.equal(report.accepted, 1);
    assert.equal(report.version, undefined);
    assert.equal(store.calls.length, 0);
  });

  it('takes back what an export wrote', async () => {
    const store = await storeWith([
      put('person', { id: '7', name: 'Ann' }),
      put('credential', { id: 'c', person: '7', type: 'pin', value: '1234' }),
    ]);
    const exported = [{ id: 'c', person: '7', type: 'pin', hint: '••34', status: 'lost' }];
    const report = await bringIn(store, { credential: exported });
    assert.equal(report.accepted, 1);
    assert.equal(store.get('credential', 'c')?.status, 'lost');
    assert.equal(store.get('credential', 'c')?.value, '1234');
  });

  it('never puts more than a chunk into one call, each change on its own', async () => {
    const store = await storeWith();
    const rows = Array.from(
      { length: 1001 },
      (_, i) => `p${i},Name,${(0x10000000 + i).toString(16)},${1000 + i}`,
    );
    let chunks = 0;
    const report = await bringIn(store, `id,name,card,pin\n${rows.join('\n')}`, {
      onProgress: () => {
        chunks += 1;
      },
    });
    assert.equal(report.accepted, 1001);
    assert.ok(store.calls.every(({ changes, atomic }) => changes.length <= CHUNK && !atomic));
    assert.equal(chunks, 12);
  });

  it('lets other work of the process go on between two calls', async () => {
    const store = await storeWith();
    const rows = Array.from({ length: 2000 }, (_, i) => `p${i},Name`);
    const seen: number[] = [];
    const timer = setInterval(() => seen.push(store.count('person')), 0);
    await bringIn(store, `id,name\n${rows.join('\n')}`);
    clearInterval(timer);
    assert.ok(seen.some((count) => count > 0 && count < 2000));
  });

  it('stops with the code of the engine and the line it came to', async () => {
    const store = await storeWith();
    let calls = 0;
    const failing: PeopleStore = {
      find: (query) => store.find(query),
      change: (request) => {
        calls += 1;
        if (calls === 1) return store.change(request);
        return Promise.reject(new AccessError('ENGINE_UNAVAILABLE', 'the engine is down'));
      },
    };
    const rows = Array.from({ length: 600 }, (_, i) => `p${i},Name`);
    await assert.rejects(bringIn(failing, `id,name\n${rows.join('\n')}`), (error: unknown) => {
      assert.ok(isAccessError(error));
      assert.equal(error.code, 'ENGINE_UNAVAILABLE');
      assert.match(error.message, /line 252, after 250 accepted and 0 rejected rows/);
      return true;
    });
  });

  it('stops when it is told to', async () => {
    const store = await storeWith();
    const stop = new AbortController();
    const rows = Array.from({ length: 600 }, (_, i) => `p${i},Name`);
    const run = bringIn(store, `id,name\n${rows.join('\n')}`, {
      signal: stop.signal,
      onProgress: () => {
        stop.abort(new AccessError('BUSY', 'stopped'));
      },
    });
    await assert.rejects(run, (error: unknown) => isAccessError(error) && error.code === 'BUSY');
    assert.equal(store.count('person'), 250);
  });

  it('accepts or reports every row, whatever is in it', async () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '',
        'Иван',
        '张三',
        '\ud800',
        'staff',
        '04A1B2C3',
        '1234',
        '2026-12-31',
        '__proto__',
        '=1+1',
        'a;b',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
    );
    const table = fc.array(fc.array(cell, { minLength: 4, maxLength: 7 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const store = await storeWith();
        const quote = (text: string): string =>
          `"${text.replaceAll('"', '""').replaceAll('�', '')}"`;
        const body = rows.map((row) => row.map(quote).join(',')).join('\n');
        const report = await bringIn(store, `id,name,validTo,groups,card,pin\n${body}\nlast,Row`);
        const filled = rows.filter((row) =>
          row.some((text) => text.replaceAll('�', '').trim() !== ''),
        );
        assert.equal(report.rows, filled.length + 1);
        assert.equal(report.accepted + report.rejected, report.rows);
        assert.equal(new Set(report.rejections.map(({ line }) => line)).size, report.rejected);
        assert.ok(
          report.rejections.every(({ reason }) => reason.length > 0 && reason.length < 400),
        );
        assert.equal(store.get('person', 'last')?.name, 'Row');
      }),
      { numRuns: 100 },
    );
  });

  it('brings in 50,000 rows without losing one', async function () {
    this.timeout(60_000);
    const store = await storeWith();
    const rows = Array.from({ length: 50_000 }, (_, i) =>
      i % 1000 === 999 ? `p${i},,staff` : `p${i},"Name, ${i}",staff`,
    );
    const report = await bringIn(store, `id,name,groups\r\n${rows.join('\r\n')}\r\n`, {
      existing: 'replace',
    });
    assert.deepEqual(
      [report.rows, report.accepted, report.rejected, store.count('person')],
      [50_000, 49_950, 50, 49_950],
    );
    assert.equal(report.rejections.at(-1)?.line, 50_001);
  });
});
