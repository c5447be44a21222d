import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ENTITY_KINDS, type Change } from '../../lib/model/entity.ts';
import { exportEntities } from '../../lib/people/export.ts';
import { importRows } from '../../lib/people/import.ts';
import { importSource } from '../../lib/people/source.ts';
import { MemoryPeople } from '../support/memory-people.ts';

const put = (kind: Change['kind'], value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});

async function storeWith(...changes: Change[]): Promise<MemoryPeople> {
  const store = new MemoryPeople();
  const report = await store.change({ changes, options: { author: 'test' } });
  assert.deepEqual(report.failed, []);
  return store;
}

const csv = { kind: 'person', format: 'csv', separator: ',' } as const;
const SECRETS = ['04A1B2C3', '1234', 'c2VjcmV0c2VjcmV0c2VjcmV0'];

async function siteWithSecrets(): Promise<MemoryPeople> {
  const [card, pin, key] = SECRETS;
  return storeWith(
    put('group', { id: 'staff', name: 'Staff' }),
    put('person', { id: '7', name: 'Ann', groups: ['staff'], attributes: { phone: '+49' } }),
    put('credential', { id: 'c', person: '7', type: 'card', value: card }),
    put('credential', { id: 'p', person: '7', type: 'pin', value: pin, duress: true }),
    put('credential', {
      id: 'q',
      person: '7',
      type: 'qr',
      value: 'ann',
      tokenKey: { algorithm: 'hmac', key },
    }),
  );
}

describe('export', () => {
  it('has the columns of the kind, a byte order mark and one line per entity', async () => {
    assert.equal(
      await exportEntities(await siteWithSecrets(), csv),
      '\ufeffid,name,department,employeeNumber,status,validFrom,validTo,antiPassbackExempt,groups,attributes.phone\r\n' +
        '7,Ann,,,,,,,staff,"\'+49"\r\n',
    );
  });

  it('uses the separator that is wanted', async () => {
    const text = await exportEntities(await siteWithSecrets(), { ...csv, separator: ';' });
    assert.match(String(text), /^\ufeffid;name;department/);
  });

  it('writes the column names where there is nothing else', async () => {
    const text = await exportEntities(new MemoryPeople(), { ...csv, kind: 'holidayGroup' });
    assert.equal(text, '\ufeffid,name,days\r\n');
  });

  it('never holds a secret, in any format', async () => {
    const store = await siteWithSecrets();
    for (const format of ['json', 'csv'] as const) {
      for (const kind of ['credential', undefined] as const) {
        const text = JSON.stringify(await exportEntities(store, { ...csv, kind, format }));
        for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} in ${format}`);
        assert.ok(text.includes('••C3'));
      }
    }
  });

  it('has a list of each kind if all are wanted', async () => {
    const all = await exportEntities(await siteWithSecrets(), {
      ...csv,
      kind: undefined,
      format: 'json',
    });
    assert.deepEqual(Object.keys(all as object), ENTITY_KINDS);
  });

  it('comes back with firms, employments, plans, passes and deals as it was', async () => {
    const park: [Change['kind'], Record<string, unknown>][] = [
      [
        'firm',
        { id: 'f', name: 'Firm', roles: ['employer', 'buyer'], accounting: { shortAbsence: 15 } },
      ],
      ['person', { id: '7', name: 'Ann', antiPassbackExempt: true }],
      ['employment', { id: 'e', person: '7', firm: 'f', nonWorkingDays: true, priority: 2 }],
      [
        'plannedDay',
        { id: 'd', person: '7', firm: 'f', date: '2026-06-01', arrival: '08:00', stay: 60 },
      ],
      [
        'pass',
        {
          ...{ id: 'q', tag: 'c', person: '7', type: 'oneOff', status: 'inactive', end: 'exit' },
          ...{ validFrom: '2026-06-01T08:00:00', attributes: { desk: 'north' } },
        },
      ],
      [
        'deal',
        { id: 'o', person: '7', firm: 'f', role: 'buyer', openedAt: 5, marks: { goods: 6 } },
      ],
      [
        'fitting',
        {
          id: 'x',
          link: 'lock-door',
          part: 'l',
          host: 'd',
          event: 'repair',
          at: 7,
          coordinates: [1],
        },
      ],
    ];
    const store = await storeWith(...park.map(([kind, value]) => put(kind, value)));
    const copy = new MemoryPeople();
    for (const [kind, value] of park) {
      const text = await exportEntities(store, { ...csv, kind });
      const rows = await importSource(text, { kind, encoding: 'utf-8' });
      const report = await importRows(copy, rows, {
        ...{ author: 'test', existing: 'merge', dryRun: false },
        ...{ signal: new AbortController().signal, onProgress: () => undefined },
      });
      assert.deepEqual(report.rejections, []);
      assert.deepEqual(copy.get(kind, String(value.id)), value);
    }
  });

  it('puts parents before their children, however deep, so that it can be imported as it is', async () => {
    const zones = ['a:c', 'b:', 'c:b', 'd:a', 'e:e', 'f:gone'].map((text) => {
      const [id = '', parent = ''] = text.split(':');
      return put('zone', { id, name: id, ...(parent !== '' && { parent }) });
    });
    const list = await exportEntities(await storeWith(...zones), {
      ...{ ...csv, kind: 'zone' },
      format: 'json',
    });
    assert.deepEqual(
      (list as { id: string }[]).map(({ id }) => id),
      ['b', 'c', 'a', 'd', 'e', 'f'],
    );
  });

  it('reads page after page', async () => {
    const persons = Array.from({ length: 2500 }, (_, i) =>
      put('person', { id: `p${i}`, name: 'x' }),
    );
    const list = await exportEntities(await storeWith(...persons), { ...csv, format: 'json' });
    assert.equal((list as unknown[]).length, 2500);
  });

  it('comes back through an import as it was, hostile names and all', async () => {
    const text = fc.string({
      unit: fc.constantFrom('=', '+', '@', "'", '"', ';', ',', '-', 'я', '张', 'a'),
      minLength: 1,
      maxLength: 12,
    });
    const person = fc.record({
      id: text,
      name: text,
      department: text,
      groups: fc.uniqueArray(text),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(person, { selector: ({ id }) => id, minLength: 1, maxLength: 5 }),
        fc.constantFrom(',', ';', '\t'),
        async (persons, separator) => {
          const groups = [...new Set(persons.flatMap((one) => one.groups))];
          const groupChanges = groups.map((id) => put('group', { id, name: id }));
          const store = await storeWith(
            ...groupChanges,
            ...persons.map((one) => put('person', one)),
          );
          const exported = await exportEntities(store, { ...csv, separator });
          const copy = await storeWith(...groupChanges);
          const rows = await importSource(exported, { kind: 'person', encoding: 'utf-8' });
          const report = await importRows(copy, rows, {
            author: 'test',
            existing: 'replace',
            dryRun: false,
            signal: new AbortController().signal,
            onProgress: () => undefined,
          });
          assert.deepEqual(report.rejections, []);
          for (const one of persons) {
            const { groups: list, ...rest } = one;
            assert.deepEqual(copy.get('person', one.id), {
              ...rest,
              ...(list.length > 0 && { groups: list }),
            });
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
