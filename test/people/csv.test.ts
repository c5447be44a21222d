import assert from 'node:assert/strict';
import fc from 'fast-check';
import Papa from 'papaparse';
import {
  cellText,
  joinList,
  records,
  separatorOf,
  splitList,
  toCsv,
  SEPARATORS,
} from '../../lib/people/csv.ts';

const cellsOf = (text: string, window?: number): string[][] =>
  [...records(text, separatorOf(text), window)].map(({ cells }) => cells);

describe('CSV records', () => {
  it('reads quotes, separators and line ends inside quotes', () => {
    const text = 'id,name\n1,"Ann, ""the"" first"\n2,"two\nlines"\n';
    assert.deepEqual(cellsOf(text), [
      ['id', 'name'],
      ['1', 'Ann, "the" first'],
      ['2', 'two\nlines'],
    ]);
  });

  it('takes the separator that the first line has most of', () => {
    assert.equal(separatorOf('id;name;groups\n1;a,b,c,d;x'), ';');
    assert.equal(separatorOf('id\tname'), '\t');
    assert.equal(separatorOf('id,name'), ',');
    assert.equal(separatorOf('id'), ',');
  });

  it('names the line on which a record begins, past blank lines and lines inside quotes', () => {
    const text = 'id,name\n\n1,"a\nb\nc"\n,\n2,x';
    assert.deepEqual(
      [...records(text, ',')].map(({ line }) => line),
      [1, 3, 7],
    );
  });

  it('marks records with open quotes or text after a quote, and no others', () => {
    assert.deepEqual(
      [...records('a,b\n"1"x,2\n3,4', ',')].map(({ broken }) => broken),
      [false, true],
    );
    assert.deepEqual(
      [...records('a,b\n15" rack,"never closed\n3,4', ',')].map(({ broken }) => broken),
      [false, true],
    );
    assert.deepEqual(
      [...records('a,b\n15" rack,2\n3,4', ',')].map(({ broken }) => broken),
      [false, false, false],
    );
  });

  it('gives the same records whatever the window is', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' ', 'я', '😀') });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (table, window) => {
        const text = Papa.unparse(table, { newline: '\n', quotes: true });
        const small = [...records(text, ',', window)];
        assert.deepEqual(small, [...records(text, ',')]);
        const filled = table.filter((cells) => cells.some((text) => text.trim() !== ''));
        assert.deepEqual(
          small.map(({ cells }) => cells),
          filled,
        );
      }),
    );
  });
});

describe('CSV output', () => {
  it('marks every cell that a spreadsheet would run as a formula', () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\0=1', '＝1', "'=1"];
    for (const separator of Object.values(SEPARATORS)) {
      for (const [index, value] of hostile.entries()) {
        const [[cell = ''] = []] = Papa.parse<string[]>(toCsv([[value, 'x']], separator), {
          delimiter: separator,
        }).data;
        assert.equal(cell, `'${value}`, `cell ${index}`);
      }
    }
  });

  it('comes back as it was, formulas and all', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '=', '+', '-', '@', "'", '"', ';', ',', '\t', '\n', '＝', 'я'),
    });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        const text = toCsv([['head', ...cells]], ',').replaceAll('\r\n', '\n');
        const [record] = [...records(text, ',')];
        assert.deepEqual(
          record?.cells.slice(1).map((one) => cellText(one)),
          cells.map((one) => one.trim()),
        );
      }),
    );
  });

  it('keeps lists in one cell, also where a value has a semicolon or a quote', () => {
    const item = fc
      .string({ unit: fc.constantFrom('a', ';', '"', ' ', 'я', '=') })
      .map((text) => text.trim())
      .filter((text) => text !== '');
    fc.assert(
      fc.property(fc.array(item), (items) => {
        assert.deepEqual(splitList(joinList(items)), items);
      }),
    );
  });
});
