import assert from 'node:assert/strict';
import {
  attemptAt,
  card,
  pin,
  ANNA_CARD,
  ANNA_PIN,
  BORIS_CARD,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
} from '../support/sample-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { openPair, type SyncPair } from '../support/sync-pair.ts';

describe('device sync between two engines', () => {
  let folder: string;
  let pair: SyncPair;

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(async () => {
    await pair.close();
    removeFolder(folder);
  });

  const passes = async (accessPoint: string, ...shown: Parameters<typeof attemptAt>[2][]) =>
    (await pair.gateway.decide(attemptAt(Date.now(), accessPoint, ...shown))).outcome;

  it('opens the door of a gateway to a person who was entered at the server', async () => {
    pair = await openPair({ folder });
    await pair.report();
    await pair.change(...SAMPLE_CHANGES);
    assert.equal(await passes('front', card(ANNA_CARD)), 'unknown');
    await pair.settle();
    assert.equal(await passes('front', card(ANNA_CARD)), 'granted');
    assert.equal(await passes('vault', card(ANNA_CARD), pin(ANNA_PIN)), 'granted');
    assert.equal(await passes('yard', pin(ANNA_PIN)), 'granted');
    assert.equal(await passes('vault', card(BORIS_CARD), pin(ANNA_PIN)), 'denied');
    assert.equal((await pair.server.fleetItems({ gateway: 'north', limit: 10 })).length, 0);
    assert.deepEqual(await pair.settle(), []);
  });

  it('has the same after a restart of the gateway', async () => {
    pair = await openPair({ folder, accessPoints: SAMPLE_CONFIG.accessPoints });
    await pair.change(...SAMPLE_CHANGES);
    await pair.report();
    await pair.settle();
    const [view] = await pair.server.fleet({});
    assert.equal(view?.pending, 0);
    assert.equal(view?.applied, view?.wanted);
  });
});
