import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Engine } from '../../lib/engine/engine.ts';
import { AccessError } from '../../lib/model/errors.ts';
import type { Pass } from '../../lib/model/pass.ts';
import register from '../../nodes/people/people.ts';
import { fakeEngine, fakeSite, type FakeSite } from '../support/fake-site.ts';
import { MemoryPeople } from '../support/memory-people.ts';
import { loadFlow, nodeById, settle, Sink, useRuntime, watched } from '../support/runtime.ts';

const NODE = { id: 'people', type: 'gatewire-people', site: 'site', name: 'desk' };
const SITE_NODE = { id: 'site', type: 'gatewire-site' };

describe('people node', () => {
  useRuntime();

  let people: MemoryPeople;
  let site: FakeSite;
  let result: Sink;
  let rejected: Sink;
  let caught: Sink;
  let completed: Sink;
  let shown: Sink;

  async function load(
    settings: Record<string, unknown>,
    engine: Partial<Engine> = {},
  ): Promise<void> {
    people = new MemoryPeople();
    site = fakeSite(
      fakeEngine({
        change: (request) => people.change(request),
        find: (query) => people.find(query),
        ...engine,
      }),
    );
    const flow = [SITE_NODE, ...watched({ ...NODE, ...settings }, 2)];
    await loadFlow([site.register, register], flow);
    result = new Sink('sink0');
    rejected = new Sink('sink1');
    caught = new Sink('on-catch');
    completed = new Sink('on-complete');
    shown = new Sink('on-status');
  }

  function send(message: Record<string, unknown>): void {
    nodeById('people').receive(message);
  }

  /** The payload of the next result. */
  async function answerTo(message: Record<string, unknown>): Promise<unknown> {
    const number = result.messages.length;
    send(message);
    return (await result.at(number)).payload;
  }

  async function errorOf(
    message: Record<string, unknown>,
  ): Promise<{ code: string; message: string }> {
    send(message);
    return (await caught.at(0)).error as { code: string; message: string };
  }

  /** What the node has shown, in the order of change. */
  async function statuses(): Promise<string[]> {
    await settle();
    return shown.messages.map((message) => (message.status as { text: string }).text);
  }

  it('enrols a person with a credential and completes once, after it is stored', async () => {
    await load({ operation: 'create', kind: 'all' });
    send({
      topic: 'kept',
      payload: [
        { kind: 'person', id: '7', name: 'Ann' },
        { kind: 'credential', id: 'c', person: '7', type: 'pin', value: '1234' },
      ],
    });
    const message = await result.at(0);
    await completed.at(0);
    await settle();
    assert.equal(message.topic, 'kept');
    assert.deepEqual(message.payload, {
      operation: 'create',
      version: 2,
      entries: [
        { kind: 'person', id: '7' },
        { kind: 'credential', id: 'c' },
      ],
    });
    assert.deepEqual(
      people.calls.map(({ author, atomic }) => [author, atomic]),
      [['flow:desk', true]],
    );
    assert.equal(people.get('credential', 'c')?.value, '1234');
    assert.equal(completed.messages.length, 1);
  });

  it('gives a new entity an id and opens a sealed secret', async () => {
    await load({ operation: 'message', kind: 'message' });
    await answerTo({ operation: 'create', kind: 'person', payload: { id: '7', name: 'Ann' } });
    const payload = await answerTo({
      operation: 'create',
      kind: 'credential',
      payload: { person: '7', type: 'pin', ref: site.api.sealing.seal('4711') },
    });
    const [{ id }] = (payload as { entries: [{ id: string }] }).entries;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(people.get('credential', id)?.value, '4711');
  });

  it('changes all entries of a message or none, and says which one is wrong', async () => {
    await load({ operation: 'create', kind: 'all' });
    const { code, message } = await errorOf({
      payload: [
        { kind: 'person', id: '7', name: 'Ann' },
        { kind: 'credential', id: 'c', person: '8', type: 'card', value: '04A1B2C3' },
      ],
    });
    assert.equal(code, 'NOT_FOUND');
    assert.match(message, /entry 2: no person "8"/);
    assert.equal(people.get('person', '7'), undefined);
  });

  it('changes, replaces and deletes', async () => {
    await load({ operation: 'message', kind: 'person', author: 'who', authorType: 'msg' });
    const ask = (operation: string, payload: unknown): Promise<unknown> =>
      answerTo({ operation, payload, who: 'Eve' });
    await ask('put', { id: '7', name: 'Ann', department: 'Sales' });
    await ask('update', { id: '7', name: 'Anna' });
    assert.deepEqual(people.get('person', '7'), { id: '7', name: 'Anna', department: 'Sales' });
    await ask('put', { id: '7', name: 'Anna' });
    assert.deepEqual(people.get('person', '7'), { id: '7', name: 'Anna' });
    assert.deepEqual(await ask('delete', '7'), {
      operation: 'delete',
      version: 5,
      entries: [{ kind: 'person', id: '7' }],
    });
    assert.equal(people.count('person'), 0);
    assert.ok(people.calls.every(({ author }) => author === 'Eve'));
  });

  it('finds by text, by query and everything', async () => {
    await load({ operation: 'find', kind: 'person' });
    for (const id of ['7', '8']) {
      const changes = [
        { op: 'put' as const, kind: 'person' as const, value: { id, name: `P${id}` } },
      ];
      await people.change({ changes, options: { author: 'test' } });
    }
    assert.deepEqual(await answerTo({ payload: 'P8' }), [{ id: '8', name: 'P8' }]);
    assert.deepEqual(await answerTo({ payload: { id: '7' } }), [{ id: '7', name: 'P7' }]);
    assert.equal(((await answerTo({ payload: '' })) as unknown[]).length, 2);
  });

  it('explains why somebody would get in', async () => {
    const explanation = { outcome: 'granted' } as unknown as Awaited<ReturnType<Engine['explain']>>;
    const queries: unknown[] = [];
    await load(
      { operation: 'explain' },
      {
        explain: (query) => {
          queries.push(query);
          return Promise.resolve(explanation);
        },
      },
    );
    const query = { person: '7', accessPoint: 'door', at: 1_800_000_000_000 };
    assert.deepEqual(await answerTo({ payload: query }), explanation);
    assert.deepEqual(queries, [query]);
  });

  it('imports a list, sends the result and the rejected rows, and shows how it went', async () => {
    await load({ operation: 'import', kind: 'person', encoding: 'windows-1251' });
    const text = Buffer.from('id;name;pin\n7;\xc0\xed\xed\xe0;1234\n8;Bob;12', 'latin1');
    send({ payload: text, filename: 'list.csv' });
    assert.deepEqual((await result.at(0)).payload, {
      rows: 2,
      accepted: 1,
      rejected: 1,
      dryRun: false,
      version: 3,
    });
    const report = await rejected.at(0);
    assert.equal(report.filename, 'list.csv');
    assert.deepEqual(report.payload, [
      {
        line: 3,
        kind: 'person',
        id: '8',
        column: 'pin',
        code: 'INPUT_INVALID',
        reason: 'must be 4 to 8 digits',
      },
    ]);
    assert.equal(people.get('person', '7')?.name, 'Анна');
    assert.deepEqual((await statuses()).slice(-2), ['common.status.busy', 'common.status.partly']);
  });

  it('sends no rejected rows if there are none', async () => {
    await load({ operation: 'import', kind: 'person', dryRun: 'true' });
    assert.deepEqual(await answerTo({ payload: 'id,name\n7,Ann' }), {
      rows: 1,
      accepted: 1,
      rejected: 0,
      dryRun: true,
    });
    await settle();
    assert.equal(rejected.messages.length, 0);
    assert.equal(people.calls.length, 0);
  });

  it('runs one import at a time', async () => {
    await load({ operation: 'import', kind: 'person' });
    send({ payload: 'id,name\n7,Ann' });
    assert.equal((await errorOf({ payload: 'id,name\n8,Bob' })).code, 'BUSY');
    await completed.at(0);
    assert.equal(people.count('person'), 1);
  });

  it('ends an import when the flow is deployed anew', async () => {
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await load(
      { operation: 'import', kind: 'person', existing: 'replace' },
      {
        change: (request) => {
          arrived();
          return people.change(request);
        },
      },
    );
    const rows = Array.from({ length: 2000 }, (_, i) => `p${i},Name`).join('\n');
    send({ payload: `id,name\n${rows}` });
    await first;
    assert.equal(site.listeners(), 1);
    const failed = once(nodeById('people') as unknown as NodeJS.EventEmitter, 'call:error');
    await nodeById('people').close(false);
    await failed;
    assert.equal(site.listeners(), 0);
    assert.ok(people.count('person') < 2000);
  });

  it('exports CSV that a spreadsheet opens as text', async () => {
    await load({ operation: 'export', kind: 'person', format: 'csv', separator: 'semicolon' });
    const value = { id: '7', name: '=HYPERLINK("http://x")' };
    const changes = [{ op: 'put' as const, kind: 'person' as const, value }];
    await people.change({ changes, options: { author: 'test' } });
    const text = await answerTo({ payload: 'ignored' });
    assert.ok(String(text).includes(`7;"'=HYPERLINK(""http://x"")";`));
  });

  it('takes settings from the environment', async () => {
    process.env.GATEWIRE_TEST_OPERATION = 'export';
    process.env.GATEWIRE_TEST_DRY = 'false';
    try {
      await load({
        operation: '${GATEWIRE_TEST_OPERATION}',
        dryRun: '${GATEWIRE_TEST_DRY}',
        kind: 'group',
      });
    } finally {
      delete process.env.GATEWIRE_TEST_OPERATION;
      delete process.env.GATEWIRE_TEST_DRY;
    }
    assert.deepEqual(await answerTo({}), []);
  });

  it('shows the state of the engine', async () => {
    await load({ operation: 'find', kind: 'person' });
    site.setState('down');
    site.setState('up');
    assert.deepEqual((await statuses()).slice(-2), [
      'common.status.engineDown',
      'common.status.ready',
    ]);
  });

  const wrong: [string, Record<string, unknown>, Record<string, unknown>, string, RegExp][] = [
    [
      'an operation that is none',
      { operation: 'message' },
      { operation: 'drop' },
      'INPUT_INVALID',
      /msg\.operation must be/,
    ],
    [
      'a kind that is none',
      { kind: 'message' },
      { kind: 'door' },
      'INPUT_INVALID',
      /msg\.kind must be/,
    ],
    ['a search of no kind', { kind: 'all' }, { payload: 'x' }, 'INPUT_INVALID', /choose the kind/],
    [
      'a query with an unknown field',
      {},
      { payload: { name: 'x' } },
      'INPUT_INVALID',
      /query\.name/,
    ],
    [
      'an entity that is none',
      { operation: 'put' },
      { payload: 7 },
      'INPUT_INVALID',
      /entry 1 is not an object/,
    ],
    [
      'an entity without an id',
      { operation: 'update' },
      { payload: { name: 'x' } },
      'INPUT_INVALID',
      /entry 1: id/,
    ],
    [
      'an entry of no kind',
      { operation: 'put', kind: 'all' },
      { payload: { id: '7' } },
      'INPUT_INVALID',
      /entry 1: its kind/,
    ],
    [
      'too many entries',
      { operation: 'put' },
      { payload: Array(251).fill({}) },
      'INPUT_INVALID',
      /1 to 250 entries/,
    ],
    [
      'a forbidden name',
      { operation: 'put' },
      { payload: JSON.parse('{"id":"7","__proto__":{}}') },
      'INPUT_INVALID',
      /__proto__/,
    ],
    [
      'a foreign sealed secret',
      { operation: 'put', kind: 'credential' },
      { payload: { id: 'c', ref: 'AAAA' } },
      'INPUT_INVALID',
      /sealed/,
    ],
    [
      'an author who is none',
      { author: 'who', authorType: 'msg' },
      { who: 7 },
      'INPUT_INVALID',
      /author/,
    ],
    ['an import of nothing', { operation: 'import' }, { payload: '' }, 'INPUT_INVALID', /empty/],
    [
      'an id that does not exist',
      { operation: 'delete' },
      { payload: 'x' },
      'NOT_FOUND',
      /entry 1: does not exist/,
    ],
  ];
  for (const [what, settings, message, code, pattern] of wrong) {
    it(`refuses ${what}, once and with a code`, async () => {
      await load({ operation: 'find', kind: 'person', ...settings });
      const error = await errorOf(message);
      assert.equal(error.code, code);
      assert.match(error.message, pattern);
      await settle();
      assert.equal(caught.messages.length, 1);
      assert.equal(completed.messages.length, 0);
      assert.equal(people.count('person'), 0);
    });
  }

  it('passes the code of the engine on', async () => {
    const down = new AccessError('ENGINE_UNAVAILABLE', 'the engine is down');
    await load({ operation: 'find', kind: 'person' }, { find: () => Promise.reject(down) });
    assert.equal((await errorOf({ payload: '' })).code, 'ENGINE_UNAVAILABLE');
  });

  it('asks for one firm only, at every call', async () => {
    const scopes: unknown[] = [];
    await load(
      { operation: 'message', kind: 'person', firm: 'who', firmType: 'msg' },
      {
        find: ({ scope }) => {
          scopes.push(scope);
          return Promise.resolve([]);
        },
        change: ({ options }) => {
          scopes.push(options.scope);
          return Promise.resolve({ version: 1, applied: 1, failed: [] });
        },
        unreturnedPasses: ({ scope }) => {
          scopes.push(scope);
          return Promise.resolve([]);
        },
      },
    );
    await answerTo({ operation: 'find', payload: '', who: 'alpha' });
    await answerTo({ operation: 'create', payload: { name: 'Ann' }, who: 'alpha' });
    await answerTo({ operation: 'import', payload: 'id,name\n1,Ann\n', who: 'alpha' });
    await answerTo({ operation: 'export', payload: '', who: 'alpha' });
    await answerTo({ operation: 'unreturned', payload: {}, who: 'alpha' });
    assert.equal(scopes.length, 6); // an import looks first
    assert.ok(scopes.every((scope) => (scope as { firm: string }).firm === 'alpha'));
  });

  it('does nothing for a firm that should come with the message and does not', async () => {
    await load({ operation: 'find', kind: 'person', firm: 'who', firmType: 'msg' });
    const { code, message } = await errorOf({ payload: '' });
    assert.equal(code, 'INPUT_INVALID');
    assert.match(message, /the firm/);
    assert.equal(result.messages.length, 0);
  });

  it('hands requests for passes on, with their author', async () => {
    const asked: unknown[] = [];
    const pass: Pass = {
      ...{ id: 'p', tag: 't', person: 'ann', type: 'permanent', status: 'active' },
      validFrom: '2026-01-01',
    };
    await load(
      { operation: 'issue', author: 'reception' },
      {
        changePass: (request) => {
          asked.push(request);
          return Promise.resolve({ version: 2, pass });
        },
      },
    );
    const request = { tag: 't', person: 'ann', type: 'permanent' };
    assert.deepEqual(await answerTo({ payload: request }), { version: 2, pass });
    const options = { author: 'reception' };
    assert.deepEqual(asked, [{ request: { ...request, operation: 'issue' }, options }]);
    const { code } = await errorOf({ payload: { ...request, type: 'eternal' } });
    assert.equal(code, 'INPUT_INVALID');
  });

  it('stays inert without a site and says why', async () => {
    await load({ operation: 'find', kind: 'person', site: 'gone' });
    const { code, message } = await errorOf({ payload: '' });
    assert.equal(code, 'CONFIG_INVALID');
    assert.match(message, /site/);
  });
});
