import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ensureBuilt,
  startNodeRed,
  type FlowNode,
  type RunningNodeRed,
} from '../support/node-red.ts';
import { paymentFlow } from '../support/payment-flow.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

const TOKEN = 'a-token-that-only-this-test-knows';

interface Deal {
  deal: string;
  reference: string;
  cleared: boolean;
  marks: Record<string, number>;
}
interface State {
  visitors: { id: string; inside: boolean }[];
  prices: { item: string; price: number }[];
  deals: Deal[];
  events: { text: string }[];
}
interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('the payment-gated exit, as it is shipped', function () {
  this.timeout(60_000);
  let folder: string;
  let flows: FlowNode[];
  let nodeRed: RunningNodeRed;

  before(async () => {
    ensureBuilt();
    folder = makeFolder();
    flows = await paymentFlow(folder);
    await start();
  });

  after(async () => {
    await nodeRed.stop();
    removeFolder(folder);
  });

  async function start(): Promise<void> {
    const env = { GATEWIRE_MARKS_TOKEN: TOKEN };
    nodeRed = await startNodeRed({ flows, userDir: folder, env });
    await until(() => seen(({ prices }) => prices.length === 3));
    await until(async () => (await read('Viktor', 'in')).body.outcome === 'granted');
    await drive('in');
  }

  async function call(name: string, body?: object, headers: object = {}): Promise<Answer> {
    const json = { 'content-type': 'application/json', ...headers };
    const request =
      body === undefined ? {} : { method: 'POST', headers: json, body: JSON.stringify(body) };
    const answer = await fetch(`${nodeRed.url}/gate/${name}`, request);
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  }

  const state = async (): Promise<State> => (await call('state')).body as unknown as State;
  const seen = async (wanted: (now: State) => boolean): Promise<boolean> => {
    const { status, body } = await call('state');
    return status === 200 && wanted(body as unknown as State);
  };

  async function until(reached: () => Promise<boolean>): Promise<void> {
    while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  const PLATES = { Viktor: 'A123BC', Emma: 'C789FG', nobody: 'X000XX' } as const;
  const read = (who: keyof typeof PLATES, direction: 'in' | 'out'): Promise<Answer> =>
    call('read', { plate: PLATES[who], direction });

  /** Drives through, and waits for the passage. */
  async function drive(direction: 'in' | 'out'): Promise<void> {
    await call('drive', { direction });
    const inside = direction === 'in';
    await until(() =>
      seen(({ visitors }) => visitors.some((one) => one.inside === inside && one.id === 'viktor')),
    );
  }

  async function sell(firm: string, item: string): Promise<Answer> {
    return call('deal', { person: 'viktor', firm, item, quantity: 3 });
  }

  const row = (reference: unknown, mark: string, firm = 'north') => ({
    ...{ firm, reference, mark, key: `${String(reference)} ${mark}` },
  });
  const marks = (rows: object[], token = TOKEN): Promise<Answer> =>
    call('marks', rows, { 'x-gatewire-token': token });

  it('lets a known plate in, and nobody else', async () => {
    const { body } = await read('nobody', 'in');
    assert.equal(body.outcome, 'denied');
    assert.ok((await state()).visitors.some(({ id, inside }) => id === 'viktor' && inside));
  });

  it('plays the whole story: deal, refusal, payment, passage, check-out', async () => {
    const { body: deal } = await sell('north', 'cement');
    assert.equal((deal.attributes as { total: number }).total, 1200);
    const { reference } = deal;
    const partly = await marks([row(reference, 'goods'), row(reference, 'documents')]);
    assert.equal(partly.status, 200);

    const refused = await read('Viktor', 'out');
    assert.equal(refused.body.outcome, 'denied');
    assert.match(
      String(refused.body.text),
      /Вывезти товар пока нельзя\. North Trade, № .*: не хватает: оплата\./,
    );
    await until(() =>
      seen(({ events }) =>
        events.some(({ text }) => text.includes('Viktor Orlov may not leave. North Trade')),
      ),
    );

    const till = await call('till', { firm: 'north', reference, mark: 'payment' });
    assert.equal(till.status, 200);
    const granted = await read('Viktor', 'out');
    assert.equal(granted.body.outcome, 'granted');
    assert.equal((await state()).deals.length, 1);
    await drive('out');
    assert.deepEqual((await state()).deals, []);
  });

  it('refuses marks without the token, and counts repeated ones once', async () => {
    await read('Viktor', 'in');
    await drive('in');
    const { body: deal } = await sell('north', 'paint');
    const rows = [row(deal.reference, 'payment')];
    for (const token of ['', 'wrong', `${TOKEN}x`]) {
      assert.equal((await marks(rows, token)).status, 401);
    }
    assert.deepEqual((await state()).deals[0]?.marks, {});
    const first = await marks(rows);
    assert.deepEqual(await marks(rows), first);
    const other = [{ ...rows[0], mark: 'goods' }, row('no such deal', 'goods')];
    const report = await marks(other);
    assert.equal(report.status, 422);
    const codes = (report.body.refused as { code: string }[]).map(({ code }) => code);
    assert.deepEqual(codes, ['CONFLICT', 'NOT_FOUND']);
    assert.equal((await marks([{ ...rows[0], key: 'x'.repeat(3_000_000) }])).status, 422);
    assert.equal(
      (
        await call(
          'marks',
          { marks: Array.from({ length: 1001 }, () => rows[0]) },
          { authorization: `Bearer ${TOKEN}` },
        )
      ).status,
      400,
    );
  });

  it('keeps one of two deals in mind, over a restart, until the guard decides', async () => {
    const { body: second } = await sell('south', 'steel door');
    await marks([
      row(second.reference, 'goods', 'south'),
      row(second.reference, 'permission', 'south'),
    ]);
    await nodeRed.stop();
    await startAgain();
    const refused = await read('Viktor', 'out');
    assert.match(String(refused.body.text), /North Trade/);
    assert.doesNotMatch(String(refused.body.text), /South Metal/);
    assert.equal((await call('override', { person: 'viktor', reason: '' })).status, 400);
    assert.equal(
      (await call('override', { person: 'viktor', reason: 'paid by cheque' })).status,
      200,
    );
    assert.equal((await read('Viktor', 'out')).body.outcome, 'granted');
    await call('drive', { direction: 'out' });
    await until(() => seen(({ deals }) => deals.length === 0));
  });

  it('leaves a complete record of it', () => {
    const database = new DatabaseSync(path.join(folder, 'gatewire', 'park', 'gateway.db'), {
      readOnly: true,
    });
    const bodies = (stream: string): string[] =>
      database
        .prepare(`SELECT body FROM ${stream}_record ORDER BY seq`)
        .all()
        .map((one) => String(one.body));
    try {
      const exits = bodies('passage').filter((body) =>
        /"direction":"out".*"outcome":"taken"/.test(body),
      );
      assert.equal(exits.length, 2);
      const codes = bodies('event').map((body) => (JSON.parse(body) as { code: string }).code);
      for (const code of ['dealMarked', 'exitBlocked', 'releaseOverridden']) {
        assert.ok(codes.includes(code), code);
      }
    } finally {
      database.close();
    }
    assert.doesNotMatch(nodeRed.log(), /\[error\]/);
  });

  /** The second start finds everything as it was; nobody drives in again. */
  async function startAgain(): Promise<void> {
    const env = { GATEWIRE_MARKS_TOKEN: TOKEN };
    nodeRed = await startNodeRed({ flows, userDir: folder, env });
    await until(() => seen(({ deals }) => deals.length === 2));
  }
});
