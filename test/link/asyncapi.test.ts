import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MESSAGES } from '../../lib/link/description/messages.ts';
import { MAX_MESSAGE } from '../../lib/link/trust/envelope.ts';
import { publicKey } from '../../lib/link/trust/identity.ts';
import { openLetter } from '../../lib/link/trust/letter.ts';
import { DOWN, PAIRING, UP } from '../../lib/link/wire/topics.ts';
import { parser } from '../../lib/model/parse.ts';
import { ROOT } from '../support/node-red.ts';

interface Document {
  asyncapi: string;
  'x-example-keys': { gateway: string; server: string };
  channels: Record<string, { address: string }>;
  operations: Record<string, { action: 'send' | 'receive' }>;
  components: {
    messages: Record<string, { examples: { payload: unknown }[] }>;
    schemas: Record<string, unknown>;
  };
}

const text = readFileSync(path.join(ROOT, 'docs', 'schemas', 'link.asyncapi.json'), 'utf8');
const document = JSON.parse(text) as Document;

describe('the description of the link', () => {
  it('has every channel, sent or received by a gateway', () => {
    const all = [...UP, ...DOWN, ...PAIRING].sort();
    assert.deepEqual(Object.keys(document.channels).sort(), all);
    for (const name of all) {
      assert.equal(document.channels[name]?.address, `gatewire/1/{site}/{gateway}/${name}`);
      const isSent = name === 'pairing' || UP.some((up) => up === name);
      assert.equal(document.operations[name]?.action, isSent ? 'send' : 'receive');
    }
  });

  for (const { channel, schema, examples } of MESSAGES) {
    it(`has examples of ${channel} that the code takes`, () => {
      const fits = parser(schema);
      assert.ok(examples.length > 0);
      for (const example of examples) fits.parse(example, channel);
      const written = document.components.messages[channel]?.examples ?? [];
      const contents = written.map(({ payload }) => contentOf(channel, payload));
      assert.deepEqual(contents, examples);
    });

    it(`lets nothing into ${channel} that it does not know`, () => {
      const fits = parser(schema);
      for (const example of examples) assert.ok(!fits.check({ ...example, surprise: 1 }));
      assert.ok(!fits.check({}));
      assert.ok(JSON.stringify(examples).length < MAX_MESSAGE);
    });
  }

  it('refers only to what it has', () => {
    for (const [, reference = ''] of text.matchAll(/"\$ref": "#\/([^"]+)"/g)) {
      const found = reference
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
      assert.ok(found, reference);
    }
  });

  function contentOf(channel: (typeof MESSAGES)[number]['channel'], payload: unknown): unknown {
    if (PAIRING.some((name) => name === channel)) return payload;
    const keys = Object.values(document['x-example-keys']).map(publicKey);
    return openLetter(channel, JSON.stringify(payload), keys);
  }
});
