import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { SYNC_KINDS } from '../lib/server/wanted/kinds.ts';
import { ROOT, type FlowNode } from './support/node-red.ts';

type Words = Record<string, unknown>;

function scriptOf(flow: string): string {
  const file = path.join(ROOT, 'flows', `${flow}.json`);
  const nodes = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
  const page = nodes.find(({ type }) => type === 'template')?.template;
  return /<script>(.*)<\/script>/s.exec(String(page))?.[1] ?? assert.fail('it has no script');
}

/** Names of all words, also within others, and how many there are of a list. */
function namesIn(words: Words): string[] {
  return Object.entries(words).flatMap(([name, word]) =>
    typeof word === 'object' && word !== null
      ? namesIn(word as Words).map((inner) => `${name}.${inner}`)
      : [`${name}:${typeof word}`],
  );
}

describe('the page /server', () => {
  const script = scriptOf('server');

  it('is a script that can be read', () => {
    assert.ok(new vm.Script(script));
  });

  it('has the same words in every language', () => {
    const source = /const WORDS = (\{.*?\n\});/s.exec(script)?.[1] ?? assert.fail('no words');
    const words = vm.runInNewContext(`(${source})`) as Record<string, Words>;
    assert.deepEqual(Object.keys(words), ['en', 'zh', 'ru']);
    const [english, ...others] = Object.values(words).map((one) => namesIn(one).sort());
    for (const names of others) assert.deepEqual(names, english);
  });

  it('names every kind that can differ', () => {
    for (const kind of SYNC_KINDS) assert.match(script, new RegExp(`\\b${kind}: '`), kind);
  });
});
