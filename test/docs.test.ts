import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { accessParser } from '../lib/model/message.ts';
import { REASONS, onvifReason, reasonText } from '../lib/model/reasons.ts';
import { PRESETS } from '../lib/readers/presets.ts';
import { createReader } from '../lib/readers/reader.ts';
import { ROOT } from './support/node-red.ts';
import { demoFolder } from './support/offline-site.ts';

type Files = Record<string, Record<string, string>>;

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'docs/nodes'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** The code blocks of a page that are marked with these words. */
const blocks = (file: string, mark: string): string[] =>
  [...text(file).matchAll(/^```(.*)\n([^]*?)^```$/gm)].flatMap(([, info, body]) =>
    info === mark && body !== undefined ? [body] : [],
  );

/** The address of a heading within its page. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

const anchors = (file: string): string[] =>
  [...text(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));

describe('the docs', () => {
  it('have the pages and schemas that the code gives now (else: npm run docs)', async function () {
    this.timeout(30_000);
    const tool = pathToFileURL(path.join(ROOT, 'tools', 'docs.js')).href;
    const { generated } = (await import(tool)) as { generated: () => Promise<Files> };
    for (const [folder, files] of Object.entries(await generated())) {
      const names = Object.keys(files).sort();
      assert.deepEqual(readdirSync(path.join(ROOT, folder)).sort(), names);
      for (const name of names) assert.equal(text(`${folder}/${name}`), files[name], name);
    }
  });

  for (const page of PAGES) {
    it(`${page} links to what exists`, () => {
      for (const [, target = ''] of text(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', heading] = target.split('#');
        const found = file === '' ? page : path.join(path.dirname(page), file);
        assert.ok(existsSync(path.join(ROOT, found)), target);
        if (heading !== undefined) assert.ok(anchors(found).includes(heading), target);
      }
    });

    it(`${page} names npm scripts that exist`, () => {
      const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
      for (const [, name = ''] of text(page).matchAll(/npm run ([\w:-]+)/g))
        assert.ok(name in scripts, name);
    });
  }

  it('show messages that are valid', () => {
    const examples = blocks('docs/messages.md', 'json access');
    assert.equal(examples.length, 1);
    for (const example of examples) accessParser.parse(JSON.parse(example), 'example');
  });

  it('work out the own Wiegand layout as the reader does', () => {
    const [layouts, frame, card] = ['json layout', 'text frame', 'text card'].map(
      (mark) => blocks('docs/readers.md', mark)[0],
    );
    const formats: unknown = JSON.parse(layouts ?? '');
    const reader = createReader({ form: { kind: 'wiegand', formats } });
    const [reading] = reader.push(frame, 0).readings;
    assert.ok(reading !== undefined && 'value' in reading);
    assert.equal(reading.value, card?.trim());
    assert.equal(reading.printed, '17,123456');
  });

  it('show terminal messages that are read', () => {
    const examples = blocks('docs/readers.md', 'json terminal');
    assert.equal(examples.length, 2);
    const reader = createReader({ form: { kind: 'terminal' } });
    for (const example of examples) assert.equal(reader.push(example, 0).readings.length, 1);
  });

  it('name every reason of a decision with its meaning, in their order', () => {
    const rows = text('docs/decisions.md').matchAll(/^\| `(\w+)` +\| `([\w:]+)` +\| (.*?) +\|$/gm);
    assert.deepEqual(
      [...rows].map(([, ...cells]) => cells),
      REASONS.map((reason) => [reason, onvifReason(reason), reasonText(reason, 'en-US')]),
    );
  });

  it('name every kind of reader', () => {
    const page = text('docs/readers.md');
    for (const { id } of PRESETS) assert.ok(page.includes(`\`${id}\``), id);
  });

  it('show queries and columns that the database has', async () => {
    const site = await demoFolder();
    const database = new DatabaseSync(path.join(site.data, 'gateway.db'), { readOnly: true });
    try {
      const queries = blocks('docs/records.md', 'sql');
      assert.equal(queries.length, 3);
      for (const query of queries) database.prepare(query).all();
      for (const view of ['access_log', 'command_log', 'passage_log', 'event_log']) {
        const columns = database.prepare(`SELECT * FROM ${view}`).columns();
        for (const { name } of columns)
          assert.ok(text('docs/records.md').includes(`\`${name}\``), `${view}.${name}`);
      }
    } finally {
      database.close();
      await site.remove();
    }
  });
});
