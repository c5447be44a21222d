import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ensureBuilt, startNodeRed, type RunningNodeRed } from '../support/node-red.ts';
import { paymentFlow } from '../support/payment-flow.ts';

type Body = Record<string, unknown>;

/** As it is after an import into any Node-RED: nobody has set a token for marks over HTTP yet. */
describe('the payment-gated exit, just imported', function () {
  this.timeout(60_000);
  let folder: string;
  let nodeRed: RunningNodeRed;

  before(async () => {
    ensureBuilt();
    folder = makeFolder();
    const env = { GATEWIRE_MARKS_TOKEN: '' };
    nodeRed = await startNodeRed({ flows: await paymentFlow(folder), userDir: folder, env });
  });
  after(async () => {
    await nodeRed.stop();
    removeFolder(folder);
  });

  async function call(name: string, body: object): Promise<Body> {
    const answer = await fetch(`${nodeRed.url}/gate/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, name);
    return (await answer.json()) as Body;
  }

  const isInside = async (): Promise<boolean> => {
    const answer = await fetch(`${nodeRed.url}/gate/state`);
    if (!answer.ok) return false;
    const { visitors } = (await answer.json()) as { visitors: { id: string; inside: boolean }[] };
    return visitors.some(({ id, inside }) => id === 'viktor' && inside);
  };
  const read = (direction: string): Promise<Body> => call('read', { plate: 'A123BC', direction });

  async function until(reached: () => Promise<boolean>): Promise<void> {
    while (!(await reached())) await pause(100);
  }

  it('plays its story, with a till that tells its marks by message', async () => {
    await until(
      async () => (await read('in').catch(() => ({ outcome: '' }))).outcome === 'granted',
    );
    await call('drive', { direction: 'in' });
    await until(isInside);
    const { reference } = await call('deal', {
      ...{ person: 'viktor', firm: 'north', item: 'cement', quantity: 3 },
    });
    assert.equal((await read('out')).outcome, 'denied');
    for (const mark of ['goods', 'documents', 'payment']) {
      await call('till', { firm: 'north', reference, mark });
    }
    assert.equal((await read('out')).outcome, 'granted');
    await call('drive', { direction: 'out' });
    await until(async () => !(await isInside()));
    assert.match(nodeRed.log(), /token is missing or has less than 16 characters/);
  });
});
