import assert from 'node:assert/strict';
import type { EntityKind } from '../../lib/model/entity.ts';
import { isAccessError } from '../../lib/model/errors.ts';
import { formProblem } from '../../lib/people/form.ts';
import { MAX_ROWS, type ImportRow } from '../../lib/people/row.ts';
import { importSource } from '../../lib/people/source.ts';

async function rowsOf(content: unknown, kind?: EntityKind): Promise<ImportRow[]> {
  return [...(await importSource(content, { kind, encoding: 'utf-8' }))];
}

async function firstOf(content: unknown, kind: EntityKind): Promise<ImportRow> {
  const [row] = await rowsOf(content, kind);
  assert.ok(row);
  return row;
}

const refused = (pattern: RegExp) => (error: unknown) =>
  isAccessError(error) && error.code === 'INPUT_INVALID' && pattern.test(error.message);

describe('CSV rows', () => {
  it('makes a person and credentials of one row', async () => {
    const text =
      'id,name,department,employeeNumber,validFrom,validTo,groups,attributes.phone,card,pin,plate\n' +
      '7,Ann,Sales,0042,2026-01-01,2026-12-31 18:00,staff; night,+49 30 1,04A1B2C3,0123,b-ab 1';
    const row = await firstOf(text, 'person');
    assert.deepEqual(row, {
      line: 2,
      problems: [],
      parts: [
        {
          kind: 'person',
          value: {
            id: '7',
            name: 'Ann',
            department: 'Sales',
            employeeNumber: '0042',
            validFrom: '2026-01-01',
            validTo: '2026-12-31T18:00:00',
            groups: ['staff', 'night'],
            attributes: { phone: '+49 30 1' },
          },
        },
        credential('card', '04A1B2C3'),
        credential('pin', '0123'),
        credential('plate', 'b-ab 1'),
      ],
    });
    function credential(type: string, value: string): unknown {
      return {
        kind: 'credential',
        column: type,
        value: { id: `7.${type}`, person: '7', type, value },
      };
    }
  });

  it('gives the credential of a long person id an id that fits and stays the same', async () => {
    const person = '0190a5b2-7c11-7a3e-9c41-8a2b6d1f00aa';
    const idOf = async (): Promise<unknown> =>
      (await firstOf(`id,card\n${person},04A1B2C3`, 'person')).parts[1]?.value.id;
    const id = await idOf();
    assert.match(String(id), /^card~[\w-]{31}$/);
    assert.equal(await idOf(), id);
  });

  it('names columns in any order and any case', async () => {
    const row = await firstOf('NAME;Id;validto\nAnn;7;2026/1/5', 'person');
    assert.deepEqual(row.parts[0]?.value, { name: 'Ann', id: '7', validTo: '2026-01-05' });
  });

  const dates = [
    ['2026-12-31', '2026-12-31'],
    ['31.12.2026', '2026-12-31'],
    ['2026/1/5', '2026-01-05'],
    ['2026-12-31T18:00', '2026-12-31T18:00:00'],
    ['1.2.2026 7:05:09', '2026-02-01T07:05:09'],
  ] as const;
  for (const [cell, value] of dates) {
    it(`reads the date ${cell}`, async () => {
      const row = await firstOf(`id,validTo\n7,${cell}`, 'person');
      assert.equal(row.parts[0]?.value.validTo, value);
    });
  }

  it('does not guess whether the day or the month comes first', async () => {
    const row = await firstOf('id,validTo\n7,03/04/2026', 'person');
    assert.deepEqual(
      row.problems.map(({ column, code }) => [column, code]),
      [['validTo', 'INPUT_INVALID']],
    );
  });

  it('reads ticks as English, Chinese and Russian spreadsheets write them', async () => {
    const rows = await rowsOf('id,breakGlass\na,TRUE\nb,ИСТИНА\nc,0\nd,ложь\ne,maybe', 'group');
    assert.deepEqual(
      rows.map(({ parts: [main] }) => main?.value.breakGlass),
      [true, true, false, false, undefined],
    );
    assert.equal(rows[4]?.problems[0]?.column, 'breakGlass');
  });

  it('reads who, where and when of a permission', async () => {
    const text =
      'id,group,person,zone,everywhere,schedule\n1,staff,,lab,,office\n2,,7,,true,always';
    const rows = await rowsOf(text, 'permission');
    assert.deepEqual(
      rows.map(({ parts: [main] }) => main?.value),
      [
        { id: '1', subject: { group: 'staff' }, target: { zone: 'lab' }, schedule: 'office' },
        { id: '2', subject: { person: '7' }, target: { everywhere: true }, schedule: 'always' },
      ],
    );
  });

  it('reads schedules and holidays from cells with JSON', async () => {
    const text = 'id;name;rule\nn;Night;"{""kind"":""always""}"\nm;Bad;"{""kind"":';
    await assert.rejects(rowsOf(text, 'schedule'), refused(/line 3: the quotes/));
    const rows = await rowsOf('id;name;rule\nn;Night;"{""kind"":""always""}"\nm;Bad;{', 'schedule');
    assert.deepEqual(rows[0]?.parts[0]?.value.rule, { kind: 'always' });
    assert.deepEqual(rows[1]?.problems, [
      { column: 'rule', code: 'INPUT_INVALID', reason: 'is not JSON' },
    ]);
  });

  it('skips what an export shows in place of secrets', async () => {
    const row = await firstOf('id,hint,hasTemplate,status\nc,••12,true,lost', 'credential');
    assert.deepEqual(row.parts[0]?.value, { id: 'c', status: 'lost' });
  });

  it('refuses a column that is not known, whatever its name', async () => {
    for (const name of ['valid_to', '__proto__', 'constructor', 'toString', 'attributes']) {
      await assert.rejects(
        rowsOf(`id,${name}\n7,x`, 'person'),
        refused(/line 1: column ".*" is not/),
      );
    }
    await assert.rejects(rowsOf('id,card\n7,x', 'group'), refused(/"card" is not known/));
  });

  it('refuses a column that stands there twice', async () => {
    await assert.rejects(
      rowsOf('id,name,NAME\n7,a,b', 'person'),
      refused(/"NAME" stands there twice/),
    );
  });

  it('rejects a row with text outside the named columns', async () => {
    const rows = await rowsOf('id,name,\n1,Ann,,\n2,Ann, Lee,x', 'person');
    assert.deepEqual(rows[0]?.problems, []);
    assert.deepEqual(
      rows[1]?.problems.map(({ column }) => column),
      ['3', '4'],
    );
  });

  it('keeps attributes named like parts of the language away from them', async () => {
    const row = await firstOf('id,attributes.__proto__\n7,x', 'person');
    const [main] = row.parts;
    assert.ok(main);
    assert.equal(Object.getPrototypeOf(main.value.attributes), Object.prototype);
    assert.equal(formProblem('person', main.value, true)?.column, 'attributes.__proto__');
  });

  it('refuses an empty file, a file without a kind and too many rows', async () => {
    await assert.rejects(rowsOf('\n \n', 'person'), refused(/empty/));
    await assert.rejects(rowsOf('id\n7'), refused(/choose the kind/));
    await assert.rejects(
      rowsOf(`id\n${'7\n'.repeat(MAX_ROWS + 1)}`, 'person'),
      refused(/more than 200000 rows/),
    );
  });
});

describe('JSON rows', () => {
  it('come in the order in which they can be written', async () => {
    const rows = await rowsOf(
      [
        { kind: 'permission', id: 'p' },
        { kind: 'person', id: '7' },
        { kind: 'group', id: 'g' },
        { id: '8' },
      ],
      'person',
    );
    assert.deepEqual(
      rows.map(({ line, parts: [main] }) => [line, main?.kind, main?.value]),
      [
        [3, 'group', { id: 'g' }],
        [2, 'person', { id: '7' }],
        [4, 'person', { id: '8' }],
        [1, 'permission', { id: 'p' }],
      ],
    );
  });

  it('may be grouped by kind, as text, bytes or an object', async () => {
    const data = { person: [{ id: '7' }], group: [{ id: 'g' }] };
    const text = JSON.stringify(data);
    for (const content of [data, text, Buffer.from(`\ufeff ${text}`)]) {
      const rows = await rowsOf(content);
      assert.deepEqual(
        rows.map(({ parts: [main] }) => main?.kind),
        ['group', 'person'],
      );
    }
  });

  it('are rejected one by one if they are no plain objects of a known kind', async () => {
    const cycle: Record<string, unknown> = { kind: 'person', id: 'c' };
    cycle.attributes = cycle;
    const list = [
      7,
      null,
      [],
      { id: 'a' },
      { kind: 'door', id: 'b' },
      cycle,
      { kind: 'person', id: 'd', name: () => 'x' },
      { kind: 'person', id: 'e', when: new Date() },
      { kind: 'person', id: 'f', n: Number.NaN },
      JSON.parse('{"kind":"person","id":"g","attributes":{"__proto__":1}}'),
    ];
    const rows = await rowsOf(list);
    assert.equal(rows.length, list.length);
    assert.ok(rows.every(({ problems }) => problems[0]?.code === 'INPUT_INVALID'));
  });

  it('are refused as a whole if they are nothing of the kind', async () => {
    await assert.rejects(rowsOf(7), refused(/neither a list/));
    await assert.rejects(rowsOf({ persons: [] }), refused(/lists named holidayGroup/));
    await assert.rejects(rowsOf({ person: {} }), refused(/lists named/));
  });

  it('that cannot be read are refused without repeating them', async () => {
    await assert.rejects(rowsOf('[{"pin":"1234",}]'), (error: unknown) => {
      assert.ok(isAccessError(error));
      assert.match(error.message, /^the import is not JSON at position \d+$/);
      assert.equal(error.cause, undefined);
      return true;
    });
  });
});

describe('form of an entity', () => {
  it('may be partial where it is merged, but never without an id', () => {
    assert.equal(formProblem('person', { id: '7' }, true), undefined);
    assert.match(formProblem('person', { id: '7' }, false)?.reason ?? '', /name/);
    assert.equal(formProblem('person', { name: 'Ann' }, true)?.column, 'id');
  });

  it('names the field that is wrong', () => {
    const columns = [
      formProblem('person', { id: '7', validTo: 'soon' }, true),
      formProblem('person', { id: '7', groups: ['a', ''] }, true),
      formProblem('person', { id: '7', attributes: { 'a.b': [] } }, true),
      formProblem('person', { id: '7', nickname: 'x' }, true),
      formProblem('permission', { id: '1', subject: { person: 'a', group: 'b' } }, true),
    ].map((problem) => problem?.column);
    assert.deepEqual(columns, ['validTo', 'groups', 'attributes.a.b', 'nickname', 'subject']);
  });

  it('says what a credential value must be, and never repeats the value', () => {
    const problem = formProblem('credential', { id: 'c', type: 'pin', value: '12' }, true);
    assert.deepEqual(problem, {
      column: 'value',
      code: 'INPUT_INVALID',
      reason: 'must be 4 to 8 digits',
    });
    const card = { id: 'c', type: 'card', value: '04:a1:b2:c3' };
    assert.equal(formProblem('credential', card, true), undefined);
  });
});
