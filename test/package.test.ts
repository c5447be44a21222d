import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES } from '../lib/model/site.ts';
import { STATUS_NAMES } from '../lib/runtime/status.ts';
import { ROOT } from './support/node-red.ts';

interface Catalogue {
  [key: string]: string | Catalogue;
}

const file = (...parts: string[]): string => path.join(ROOT, ...parts);
const text = (...parts: string[]): string => readFileSync(file(...parts), 'utf8');
const json = (...parts: string[]): unknown => JSON.parse(text(...parts));

const manifest = json('package.json') as {
  name: string;
  license: string;
  repository: { url: string };
  keywords: string[];
  engines: { node: string };
  dependencies: Record<string, string>;
  'node-red': { version: string; nodes: Record<string, string> };
};
const nodes = readdirSync(file('nodes'));
const CONFIG_NODES = ['site', 'access-point'];

/** All keys of a catalogue with their texts, as `label.name`. */
function flat(catalogue: Catalogue, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [inner, entry] of flat(value, `${prefix}${key}.`)) found.set(inner, entry);
  }
  return found;
}

const shared = (language: string): Map<string, string> =>
  flat(json('lib', 'editor', 'locales', `${language}.json`) as Catalogue, 'common.');

const own = (node: string, language: string): Map<string, string> =>
  flat(json('nodes', node, 'locales', language, `${node}.json`) as Catalogue, `${node}.`);

const placeholders = (entry: string): string[] => (entry.match(/__\w+__/g) ?? []).sort();

function assertSameKeys(reference: Map<string, string>, other: Map<string, string>): void {
  assert.deepEqual([...other.keys()].sort(), [...reference.keys()].sort());
  for (const [key, entry] of reference) {
    assert.notEqual(other.get(key)?.trim(), '', key);
    assert.deepEqual(placeholders(other.get(key) ?? ''), placeholders(entry), key);
  }
}

describe('the package', () => {
  it('follows the rules of the Node-RED scorecard', () => {
    assert.equal(manifest.license, 'Apache-2.0');
    assert.match(manifest.repository.url, /^git\+https:/);
    assert.match(manifest.name, /^@[a-z]+\/node-red-/);
    assert.ok(manifest.keywords.includes('node-red'));
    assert.equal(manifest['node-red'].version, '>=5.0.0');
    assert.match(manifest.engines.node, /^>=22/);
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it('registers every node folder, and nothing else', () => {
    assert.deepEqual(Object.keys(manifest['node-red'].nodes).sort(), [...nodes].sort());
    for (const [name, target] of Object.entries(manifest['node-red'].nodes)) {
      assert.equal(target, `dist/nodes/${name}/${name}.js`);
    }
  });

  it('has an importable example for every node that has wires', () => {
    const examples = readdirSync(file('examples')).map((name) => json('examples', name));
    const used = new Set(examples.flat().map((node) => (node as { type: string }).type));
    for (const name of nodes.filter((each) => !CONFIG_NODES.includes(each))) {
      assert.ok(used.has(`gatewire-${name}`), `no example uses gatewire-${name}`);
    }
  });

  it('locks its dependencies without the address of a registry', () => {
    assert.doesNotMatch(text('package-lock.json'), /"resolved": *"https?:/);
  });

  it('gives every node an icon name of its own', () => {
    const icons = nodes.flatMap((name) =>
      existsSync(file('nodes', name, 'icons')) ? readdirSync(file('nodes', name, 'icons')) : [],
    );
    assert.equal(new Set(icons).size, icons.length);
    for (const icon of icons) assert.match(icon, /^gatewire-[a-z-]+\.svg$/);
  });
});

describe('the languages', () => {
  for (const language of LANGUAGES) {
    it(`${language} has every shared word`, () => {
      assertSameKeys(shared('en-US'), shared(language));
    });

    for (const node of nodes) {
      it(`${language} has every word of ${node}`, () => {
        assertSameKeys(own(node, 'en-US'), own(node, language));
      });
    }
  }

  it('know the text of every status, in 20 characters or less in English', () => {
    const words = shared('en-US');
    for (const name of STATUS_NAMES) {
      const word = words.get(`common.status.${name}`);
      assert.ok(word !== undefined && word.length <= 20, name);
    }
  });

  for (const node of nodes) {
    it(`know every key that the form of ${node} names`, () => {
      const known = new Map([...own(node, 'en-US'), ...shared('en-US')]);
      for (const [, key] of text('nodes', node, `${node}.html`).matchAll(
        /data-i18n="(?:\[[a-z]+\])?([^"]+)"/g,
      )) {
        assert.ok(known.has(key ?? ''), key);
      }
    });

    it(`know every fixed key that the dialog of ${node} names`, () => {
      const known = new Map([...own(node, 'en-US'), ...shared('en-US')]);
      for (const [, key] of text('nodes', node, `${node}.editor.ts`).matchAll(/_\('([^'$]+)'/g)) {
        assert.ok(known.has(key ?? ''), key);
      }
    });
  }
});

describe('the help', () => {
  for (const node of nodes) {
    for (const language of LANGUAGES) {
      it(`of ${node} in ${language} is written as Node-RED renders it`, () => {
        const lines = text('nodes', node, 'locales', language, `${node}.md`).split('\n');
        assert.ok((lines[0] ?? '').length > 20, 'begins with an introduction');
        for (const line of lines) {
          assert.doesNotMatch(line, /^\s+\S/, `indented: ${line}`);
          if (line.startsWith(': ')) assert.match(line, /^: [\w.]+ \([^)]+\) : {2}[^:]+$/, line);
        }
      });
    }
  }

  for (const node of nodes) {
    it(`of ${node} has the same sections in every language`, () => {
      const sections = LANGUAGES.map(
        (language) =>
          text('nodes', node, 'locales', language, `${node}.md`).match(/^###? /gm)?.length ?? 0,
      );
      assert.equal(new Set(sections).size, 1, sections.join(', '));
    });
  }
});

describe('the flows and examples', () => {
  const FILES = ['flows', 'examples'].flatMap((folder) =>
    readdirSync(file(folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({ folder, name })),
  );

  for (const { folder, name } of FILES) {
    it(`${folder}/${name} has whole wires and ids of its own`, () => {
      const flow = json(folder, name) as { id: string; z?: string; wires?: string[][] }[];
      const ids = new Set(flow.map(({ id }) => id));
      assert.equal(ids.size, flow.length);
      for (const { id, z, wires } of flow) {
        if (z !== undefined) assert.ok(ids.has(z), `${id} lies on a tab that is not there`);
        for (const target of wires?.flat() ?? []) assert.ok(ids.has(target), `${id} to ${target}`);
      }
    });
  }
});
