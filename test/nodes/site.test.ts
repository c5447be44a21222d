import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { acquireEngine } from '../../lib/engine/registry.ts';
import type { EngineState, SiteApi } from '../../lib/runtime/site.ts';
import registerAccessPoint from '../../nodes/access-point/access-point.ts';
import register from '../../nodes/site/site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ensureBuilt, startNodeRed, type RunningNodeRed } from '../support/node-red.ts';
import { errorsOf, loadFlow, nodeById, useRuntime } from '../support/runtime.ts';

type SiteNode = Node & { gatewire?: SiteApi };

describe('site', function () {
  this.timeout(30_000);
  useRuntime();

  let folder: string;

  before(() => {
    folder = makeFolder();
  });

  after(async () => {
    // The engine would outlive its site for some seconds, as it does in a deploy.
    await acquireEngine({ folder, linger: 0 }).release();
    removeFolder(folder);
  });

  const siteNode = (settings: object = {}): object => ({
    id: 'site',
    type: 'gatewire-site',
    siteId: 'plant',
    zone: 'Europe/Madrid',
    dataFolder: folder,
    ...settings,
  });
  const door = (id: string, settings: object = {}): object => ({
    id: `${id}-node`,
    type: 'gatewire-access-point',
    site: 'site',
    accessPointId: id,
    ...settings,
  });
  const load = (...nodes: object[]): Promise<void> =>
    loadFlow([register, registerAccessPoint], nodes);

  function siteApi(): SiteApi {
    const api = (nodeById('site') as SiteNode).gatewire;
    assert.ok(api);
    return api;
  }

  /** Waits until the engine has a configuration with these access points and says that it is well. */
  async function ready(accessPoints: number): Promise<SiteApi> {
    const api = siteApi();
    await reached(api, 'up');
    while ((await api.engine.health()).accessPoints !== accessPoints) {
      await new Promise<void>((resolve) => {
        const stop = api.engine.on('policy', () => {
          stop();
          resolve();
        });
      });
    }
    return api;
  }

  function reached(api: SiteApi, state: EngineState): Promise<void> {
    if (api.state === state) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = api.onState((next) => {
        if (next !== state) return;
        stop();
        resolve();
      });
    });
  }

  /** How many access points each configuration had that the engine has taken, oldest first. */
  async function configurations({ engine }: SiteApi): Promise<unknown[]> {
    const events = await engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
    return events
      .filter(({ body }) => body.code === 'configured')
      .map(({ body }) => body.details?.accessPoints);
  }

  const BAD: [string, object, RegExp][] = [
    ['an unknown time zone', { zone: 'Mars/Olympus' }, /zone "Mars\/Olympus"/],
    ['no time zone', { zone: '' }, /zone is missing/],
    ['no id', { siteId: '' }, /siteId is missing/],
    ['a ring below 0', { ring: -1 }, /ring must be between/],
    ['a quota that is no number', { quotaRecords: 'many' }, /quotaRecords is not a number/],
    ['a quota of nothing', { quotaMegabytes: 0 }, /quotaMegabytes must be between/],
    ['an unknown language', { language: 'tlh' }, /language must be one of/],
    ['a data folder that cannot be made', { dataFolder: '/dev/null/data' }, /cannot be made/],
  ];
  for (const [name, settings, message] of BAD) {
    it(`is misconfigured with ${name}, says so once, and so is what belongs to it`, async () => {
      await load(siteNode(settings), door('front'));
      assert.equal((nodeById('site') as SiteNode).gatewire, undefined);
      assert.equal((nodeById('front-node') as SiteNode).gatewire, undefined);
      const [said, ...more] = errorsOf('site');
      assert.match(said ?? '', message);
      assert.deepEqual(more, []);
    });
  }

  it('knows an access point id once: the second node with it is misconfigured', async () => {
    await load(siteNode(), door('front'), { ...door('front'), id: 'twin' });
    assert.ok((nodeById('front-node') as SiteNode).gatewire);
    assert.equal((nodeById('twin') as SiteNode).gatewire, undefined);
    assert.match(errorsOf('twin').join(), /access point id "front" is used twice/);
    await ready(1);
  });

  it('gives the engine one configuration per deploy, with all access points', async () => {
    const dataFolder = path.join(folder, 'new');
    const site = siteNode({ dataFolder });
    await load(site, door('front'), door('back'));
    assert.equal(siteApi().state, 'starting');
    const states: EngineState[] = [];
    siteApi().onState((state) => states.push(state));
    assert.deepEqual(await configurations(await ready(2)), [2]);
    assert.ok(!states.includes('down'));
    const wider = [site, door('front'), door('back'), door('yard')];
    await helper.setFlows(wider as never, 'full');
    assert.deepEqual(await configurations(await ready(3)), [2, 3]);
    await helper.setFlows(wider as never, 'full');
    assert.deepEqual(await configurations(await ready(3)), [2, 3]);
    await acquireEngine({ folder: dataFolder, linger: 0 }).engine.close();
  });

  it('goes down with its engine, and up again with the next one', async () => {
    await load(siteNode(), door('front'));
    const api = await ready(1);
    const down = reached(api, 'down');
    const [pid] = execFileSync('pgrep', ['-P', String(process.pid), '-f', folder])
      .toString()
      .split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await down;
    assert.deepEqual({ health: api.health }, { health: undefined });
    await assert.rejects(api.engine.health(), { code: 'ENGINE_UNAVAILABLE' });
    await ready(1);
    assert.equal(api.health?.accessPoints, 1);
  });

  it('tells nobody any more when it is closed', async () => {
    await load(siteNode());
    const api = await ready(0);
    api.onState(() => assert.fail('told after it was closed'));
    await nodeById('site').close(true);
    await acquireEngine({ folder, linger: 0 }).release();
    assert.equal(api.state, 'up');
  });

  it('answers the questions of the dialogs', async () => {
    await load(siteNode(), door('front'));
    const { engine } = await ready(1);
    const put = (kind: 'person' | 'schedule', value: Record<string, unknown>) =>
      ({ op: 'put', kind, value }) as const;
    const { failed } = await engine.change({
      changes: [
        put('person', { id: 'anna', name: 'Anna Keller' }),
        put('person', { id: 'boris', name: 'Boris Kern' }),
        put('schedule', { id: 'any-time', name: 'Any time', rule: { kind: 'always' } }),
      ],
      options: { author: 'test' },
    });
    assert.deepEqual(failed, []);
    const get = async (question: string): Promise<{ status: number; body: unknown }> =>
      helper.request().get(`/gatewire/sites/${question}`);
    const idsOf = ({ body }: { body: unknown }): string[] =>
      (body as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(idsOf(await get('site/persons')), ['anna', 'boris']);
    assert.deepEqual(idsOf(await get('site/persons?text=kell')), ['anna']);
    assert.deepEqual(idsOf(await get('site/schedules')), ['any-time']);
    assert.equal(((await get('site/health')).body as { persons: number }).persons, 2);
    const explained = await get('site/explain?person=anna&accessPoint=front&at=1800000000000');
    assert.equal(explained.status, 200);
    assert.match(JSON.stringify(explained.body), /noRight|noPermission|denied/);
    const refusals = [
      'gone/health',
      'site/explain?person=zoe&accessPoint=front',
      'site/explain?at=x',
    ];
    assert.deepEqual(
      await Promise.all(refusals.map(async (question) => (await get(question)).status)),
      [404, 404, 400],
    );
  });

  describe('with logins', () => {
    let nodeRed: RunningNodeRed;

    before(async () => {
      ensureBuilt();
      nodeRed = await startNodeRed({
        flows: [{ id: 'site', type: 'gatewire-site', siteId: 'plant', zone: 'UTC' }],
        settings: `{ adminAuth: { type: 'credentials',
          users: (username) => Promise.resolve({ username, permissions: username }),
          authenticate: (username) => Promise.resolve({ username, permissions: username }) } }`,
      });
    });

    after(async () => {
      await nodeRed.stop();
    });

    const QUESTIONS = ['persons', 'schedules', 'health', 'explain'];

    async function statuses(headers: Record<string, string>): Promise<number[]> {
      const answers = QUESTIONS.map((name) =>
        fetch(`${nodeRed.url}/gatewire/sites/site/${name}`, { headers }),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    }

    async function login(permissions: string): Promise<Record<string, string>> {
      const answer = await fetch(`${nodeRed.url}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: 'node-red-admin',
          grant_type: 'password',
          scope: '',
          username: permissions,
          password: 'any',
        }),
      });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      return { authorization: `Bearer ${token}` };
    }

    it('refuses who is not logged in, and who may not read', async () => {
      assert.deepEqual(await statuses({}), [401, 401, 401, 401]);
      const picture = `${nodeRed.url}/gatewire/collectors/any/pictures/north/a.jpg`;
      assert.equal((await fetch(picture)).status, 401);
      assert.deepEqual(await statuses({ authorization: 'Bearer guessed' }), [401, 401, 401, 401]);
      assert.deepEqual(await statuses(await login('flows.write')), [401, 401, 401, 401]);
    });

    it('answers who may read', async () => {
      for (const status of await statuses(await login('gatewire.read'))) {
        assert.notEqual(status, 401);
      }
    });

    it('refuses the learn mode of readers to who may only read', async () => {
      const headers = await login('gatewire.read');
      const start = `${nodeRed.url}/gatewire/readers/reader/learn/start`;
      assert.equal((await fetch(start, { method: 'POST', headers })).status, 401);
      assert.equal((await fetch(start, { method: 'POST' })).status, 401);
    });
  });
});
