import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once, EventEmitter } from 'node:events';
import { sealLetter } from '../../lib/link/trust/letter.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';

describe('the two ends of a link', () => {
  let pair: LinkPair;
  const seen = new EventEmitter();

  beforeEach(() => {
    pair = linkPair({ names: ['north', 'south'] });
  });

  afterEach(() => {
    pair.close();
    seen.removeAllListeners();
  });

  const gateway = (index: number) => pair.gateways[index] ?? assert.fail();

  it('carry letters of a gateway to the server, and say whose they are', async () => {
    pair.server.on('receipts', (letter) => seen.emit('letter', letter));
    const arrival = once(seen, 'letter');
    await gateway(1).send('receipts', { version: 3 });
    assert.deepEqual(await arrival, [{ gateway: 'south', content: { version: 3 } }]);
  });

  it('carry letters of the server to the gateway they are for, and to no other', async () => {
    const letters: string[] = [];
    for (const end of pair.gateways)
      end.on('batches', ({ content }) => {
        letters.push(`${end.address.gateway} ${JSON.stringify(content)}`);
        seen.emit('letter');
      });
    const arrival = once(seen, 'letter');
    await pair.server.send('north', 'batches', { version: 1 });
    await arrival;
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(letters, ['north {"version":1}']);
  });

  it('hear the newest beat of each gateway, and forget them when the wire is cut', async () => {
    pair.server.on('beat', (letter) => seen.emit('beat', letter));
    await once(seen, 'beat');
    await once(seen, 'beat');
    const heard = ['north', 'south'].map((name) => pair.server.heard(name)?.beat.number);
    assert.deepEqual(heard, [1, 1]);
    pair.wires[0]?.cut();
    assert.equal(pair.server.heard('north'), undefined);
  });

  it('refuse what another gateway has signed', async () => {
    pair.server.on('refused', (refusal) => seen.emit('refused', refusal));
    const refusal = once(seen, 'refused');
    const key = generateKeyPairSync('ed25519').privateKey;
    const topic = topicOf({ site: 'park', gateway: 'north', channel: 'records' });
    pair.broker.take(topic, sealLetter('records', {}, key), false);
    assert.deepEqual(await refusal, [{ gateway: 'north', channel: 'records' }]);
  });

  it('refuse what the broker had kept, and what was signed for another channel', async () => {
    const refusals: unknown[] = [];
    gateway(0).on('refused', (refusal) => {
      refusals.push(refusal);
      seen.emit('refused');
    });
    const key = generateKeyPairSync('ed25519').privateKey;
    const topic = topicOf({ site: 'park', gateway: 'north', channel: 'answers' });
    let refused = once(seen, 'refused');
    pair.broker.take(topic, sealLetter('batches', {}, key), true);
    await refused;
    pair.wires[1]?.cut();
    refused = once(seen, 'refused');
    pair.wires[1]?.connect();
    await refused;
    assert.deepEqual(refusals, [
      { channel: 'answers', reason: 'notSigned' },
      { channel: 'answers', reason: 'retained' },
    ]);
  });

  it('say at once that nothing can be sent while the wire is cut', async () => {
    pair.wires[1]?.cut();
    await assert.rejects(gateway(0).send('records', {}), { code: 'LINK_DOWN' });
  });
});
