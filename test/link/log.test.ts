import assert from 'node:assert/strict';
import type { CollectedRecord } from '../../lib/engine/collected/collected.ts';
import type { EngineService } from '../../lib/engine/facade.ts';
import { STREAMS } from '../../lib/model/record.ts';
import { TestClock } from '../support/clock.ts';
import { eventCodes, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';
import { collectFrom, collectedRecords, uploadOver } from '../support/log-link.ts';
import { allRecords } from '../support/records.ts';
import { ANNA_CARD, attemptAt, card } from '../support/sample-site.ts';

describe('the log of a gateway at its server', () => {
  const clock = new TestClock();
  let folders: string[];
  let gateway: EngineService;
  let server: EngineService;
  let pair: LinkPair;

  beforeEach(async () => {
    folders = [makeFolder(), makeFolder()];
    const [north = '', central = ''] = folders;
    gateway = await openSampleEngine(north, clock);
    server = await reopenEngine(central, clock);
    pair = linkPair();
  });
  afterEach(async () => {
    pair.close();
    await Promise.all([gateway.close(), server.close()]);
    folders.forEach(removeFolder);
  });

  const pass = (value = ANNA_CARD) => gateway.decide(attemptAt(clock.now(), 'front', card(value)));
  const end = () => pair.gateways[0] ?? assert.fail();

  /** Everything that the gateway holds, as the server should have it. */
  async function held(): Promise<string[]> {
    const streams = await Promise.all(STREAMS.map((stream) => allRecords(gateway, stream)));
    return streams.flat().map(line).sort();
  }
  const line = ({ stream, seq, id, hash, body }: Omit<CollectedRecord, 'streamId'> | Held) =>
    `${stream} ${seq} ${id} ${hash} ${JSON.stringify(body)}`;
  type Held = Pick<CollectedRecord, 'stream' | 'seq' | 'id' | 'hash' | 'body'>;
  const atServer = async () => (await collectedRecords(server)).map(line).sort();

  it('arrives whole, once, and with its chain', async () => {
    for (let n = 0; n < 250; n += 1) await pass();
    const stop = collectFrom(pair.server, server);
    const { drained, close } = await uploadOver(end(), gateway);
    await drained();
    await pass('04DEADBEEF0000');
    await drained();
    assert.deepEqual(await atServer(), await held());
    const { store } = await gateway.health();
    for (const stream of STREAMS) {
      assert.equal(store.streams[stream].acknowledged, store.streams[stream].last, stream);
    }
    assert.deepEqual(await eventCodes(server), ['engineStarted']);
    close();
    stop();
  });
});
