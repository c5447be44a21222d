import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { join } from 'node:path';
import { DAY_COLUMNS, TOTAL_COLUMNS, WORDS } from '../../lib/attendance/headings.ts';
import { fileName, timesheetCsv, timesheetXlsx } from '../../lib/attendance/timesheet-file.ts';
import { MOST_XLSX_ROWS, xlsxOf } from '../../lib/attendance/xlsx.ts';
import type { Timesheet } from '../../lib/engine/reports/working-time.ts';
import { LANGUAGES } from '../../lib/model/site.ts';
import { DAY_MARKS, type AttendanceDay } from '../../lib/policy/attendance/attendance.ts';
import { Zone } from '../../lib/policy/zone.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

const zone = new Zone('Asia/Shanghai');
const HOUR = 3_600_000;
/** 2026-03-02 08:00 in Shanghai. */
const EIGHT = Date.UTC(2026, 2, 2);

const DAY: AttendanceDay = {
  person: 'p1',
  firm: 'alpha',
  date: '2026-03-02',
  plan: { arrival: EIGHT, departure: EIGHT + 9 * HOUR, stay: 540 },
  fact: { arrival: EIGHT - 60_000, departure: EIGHT + 9 * HOUR, stay: 541 },
  accounted: { arrival: EIGHT, departure: EIGHT + 9 * HOUR, stay: 540 },
  marks: ['corrected', 'shared'],
};

/** What spreadsheets take for formulas, in ASCII and in full width. */
const EVIL = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠A'];

function sheet(names: readonly string[]): Timesheet {
  return {
    firm: { id: 'alpha', name: 'Alpha' },
    from: '2026-03-01',
    to: '2026-03-31',
    asOf: EIGHT,
    people: names.map((name, index) => ({
      id: `p${index + 1}`,
      name,
      employeeNumber: '007',
      days: [{ ...DAY, person: `p${index + 1}` }],
    })),
    conflicts: [],
  };
}

async function* pages(...sheets: Timesheet[]): AsyncGenerator<Timesheet> {
  for (const one of sheets) yield await Promise.resolve(one);
}

/** Reads a workbook with nothing but Python's own libraries: the rows of each sheet as JSON. */
const READER = `
import json, re, sys, zipfile
import xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
ns = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
shared = []
if 'xl/sharedStrings.xml' in book.namelist():
    for item in tree.fromstring(book.read('xl/sharedStrings.xml')):
        shared.append(''.join(part.text or '' for part in item.iter(ns + 't')))
names = [sheet.get('name') for sheet in tree.fromstring(book.read('xl/workbook.xml')).iter(ns + 'sheet')]
sheets = {}
for number, name in enumerate(names, 1):
    root = tree.fromstring(book.read('xl/worksheets/sheet%d.xml' % number))
    rows = []
    for row in root.iter(ns + 'row'):
        cells = {}
        for cell in row.iter(ns + 'c'):
            column = re.match('[A-Z]+', cell.get('r')).group()
            value = cell.find(ns + 'v')
            if cell.find(ns + 'f') is not None: cells[column] = 'FORMULA'
            elif cell.get('t') == 's': cells[column] = shared[int(value.text)]
            elif cell.get('t') == 'inlineStr': cells[column] = ''.join(t.text or '' for t in cell.iter(ns + 't'))
            elif value is not None: cells[column] = float(value.text)
        rows.append(cells)
    sheets[name] = rows
print(json.dumps(sheets))
`;

function readWorkbook(bytes: Buffer): Record<string, Record<string, unknown>[]> {
  const folder = makeFolder();
  try {
    const file = join(folder, 'sheet.xlsx');
    writeFileSync(file, bytes);
    const output = execFileSync('python3', ['-c', READER, file], { encoding: 'utf8' });
    return JSON.parse(output) as Record<string, Record<string, unknown>[]>;
  } finally {
    removeFolder(folder);
  }
}

describe('timesheets as files', () => {
  const options = { language: 'zh-CN', separator: ';', zone } as const;

  it('are CSV with a byte order mark, headings in the language of the site and local times', async () => {
    const text = await timesheetCsv(pages(sheet(['王芳']), sheet(['Иван'])), options);
    const [header, first, second, end] = text.split('\r\n');
    assert.equal(
      header,
      `\ufeff${DAY_COLUMNS.map((name) => WORDS['zh-CN'].headings[name]).join(';')}`,
    );
    assert.equal(
      first,
      '007;王芳;p1;2026-03-02;2026-03-02 08:00;2026-03-02 17:00;540;2026-03-02 07:59;2026-03-02 17:00;541;' +
        '2026-03-02 08:00;2026-03-02 17:00;540;"已更正; 另一雇主也计入该时间"',
    );
    assert.match(second ?? '', /^007;Иван;/);
    assert.equal(end, '');
  });

  it('have words for everything in every language', () => {
    for (const language of LANGUAGES) {
      const { headings, marks } = WORDS[language];
      const wanted = [...new Set([...DAY_COLUMNS, ...TOTAL_COLUMNS, 'days', 'totals'])].sort();
      assert.deepEqual(Object.keys(headings).sort(), wanted);
      assert.deepEqual(Object.keys(marks), [...DAY_MARKS]);
      assert(headings.days.length <= 31 && headings.totals.length <= 31, 'names of sheets');
    }
  });

  it('run no formula in a spreadsheet: CSV marks such cells as text', async () => {
    const text = await timesheetCsv(pages(sheet(EVIL)), { ...options, separator: ',' });
    for (const name of EVIL) {
      assert(text.includes(`'${name}`), JSON.stringify(name));
      assert(!text.includes(`,${name}`) && !text.includes(`,"${name}`), JSON.stringify(name));
    }
  });

  it('run no formula in a spreadsheet: XLSX holds them as texts', async function () {
    this.timeout(30_000);
    const bytes = await timesheetXlsx(pages(sheet(EVIL)), { ...options, language: 'ru' });
    const { 'По дням': days = [], Итоги: totals = [] } = readWorkbook(bytes);
    assert.deepEqual(
      days.slice(1).map((row) => String(row.B).trim()),
      EVIL.map((name) => name.trim()),
    );
    assert(!JSON.stringify([days, totals]).includes('FORMULA'));
    assert.deepEqual(days[1], {
      ...{
        A: '007',
        B: '=1+1',
        C: 'p1',
        D: '2026-03-02',
        E: '2026-03-02 08:00',
        F: '2026-03-02 17:00',
      },
      ...{ G: 540, H: '2026-03-02 07:59', I: '2026-03-02 17:00', J: 541 },
      ...{ K: '2026-03-02 08:00', L: '2026-03-02 17:00', M: 540 },
      N: 'исправлено; время заявлено и другим работодателем',
    });
    assert.deepEqual(totals[1], {
      ...{ A: '007', B: '=1+1', C: 'p1', D: 540, E: 541, F: 540, G: 9, H: 1, I: 0 },
    });
  });

  it('survive characters that XML does not have', async function () {
    this.timeout(30_000);
    const bytes = await xlsxOf([{ name: 'Days', table: [['a\u0001b\ufffe', 'x', undefined, 3]] }]);
    assert.deepEqual(readWorkbook(bytes), { Days: [{ A: 'a b ', B: 'x', D: 3 }] });
  });

  it('are refused as XLSX where nobody could open them', async () => {
    const table = Array.from({ length: MOST_XLSX_ROWS + 1 }, () => []);
    await assert.rejects(xlsxOf([{ name: 'Days', table }]), { code: 'INPUT_INVALID' });
  });

  it('have names that every file system takes', () => {
    const march = { from: '2026-03-01', to: '2026-03-31' };
    assert.equal(fileName('alpha', march, 'csv'), 'timesheet-alpha-2026-03.csv');
    assert.equal(
      fileName('../ООО "Ромашка"', { ...march, to: '2026-03-15' }, 'xlsx'),
      'timesheet-ООО_Ромашка_-2026-03-01_2026-03-15.xlsx',
    );
  });
});
