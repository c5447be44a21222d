import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { AccessPointApi } from '../../lib/runtime/site.ts';
import register from '../../nodes/access-point/access-point.ts';
import { fakeEngine, fakeSite, type FakeSite } from '../support/fake-site.ts';
import { errorsOf, loadFlow, nodeById, useRuntime } from '../support/runtime.ts';

const SITE_NODE = { id: 'site', type: 'gatewire-site' };
const NODE = {
  id: 'door-node',
  type: 'gatewire-access-point',
  site: 'site',
  accessPointId: 'door',
};

describe('access-point', () => {
  useRuntime();

  let site: FakeSite;

  async function load(...settings: object[]): Promise<void> {
    site = fakeSite(fakeEngine({}));
    const nodes = settings.map((own, index) => ({ ...NODE, id: `door-${index}`, ...own }));
    await loadFlow([site.register, register], [SITE_NODE, ...nodes]);
  }

  function apiOf(id: string): AccessPointApi | undefined {
    return (nodeById(id) as Node & { gatewire?: AccessPointApi }).gatewire;
  }

  it('makes itself known to its site, with what it takes if little is said', async () => {
    await load({});
    const expected: AccessPoint = {
      id: 'door',
      name: 'door',
      direction: 'in',
      enabled: true,
      supports: ['card', 'pin', 'qr'],
      levels: [{ level: { anyOf: [['card'], ['pin'], ['qr']] } }],
      factorTimeout: 10_000,
      grantLife: 5000,
      requestToExit: false,
      grantedCountsAsPassed: false,
    };
    assert.deepEqual(site.accessPoints.get('door'), expected);
    assert.deepEqual(apiOf('door-0')?.settings, expected);
    assert.equal(apiOf('door-0')?.site, site.api);
  });

  it('puts scheduled levels before the one that always applies', async () => {
    await load({
      supports: ['card', 'face'],
      level: 'cardOrFace',
      levels: [
        { schedule: 'night', level: 'cardAndPin' },
        { schedule: 'stock', level: 'twoPersons' },
      ],
    });
    assert.deepEqual(site.accessPoints.get('door')?.levels, [
      { schedule: 'night', level: { anyOf: [['card', 'pin']] } },
      { schedule: 'stock', level: { anyOf: [['card']], persons: 2 } },
      { level: { anyOf: [['card'], ['face']] } },
    ]);
  });

  it('takes a level of its own as JSON, and times with fractions', async () => {
    const customLevel = '{"anyOf":[["card","face"],["qr"]]}';
    await load({ level: 'custom', customLevel, factorTimeout: '1.001', grantLife: 0.5 });
    const { levels, factorTimeout, grantLife } = site.accessPoints.get('door') ?? {};
    assert.deepEqual(levels, [{ level: JSON.parse(customLevel) as unknown }]);
    assert.deepEqual([factorTimeout, grantLife], [1001, 500]);
  });

  const BAD: [string, object, RegExp][] = [
    ['no site', { site: '' }, /site is missing/],
    ['a site that is not there', { site: 'gone' }, /site is missing, disabled or misconfigured/],
    ['no id', { accessPointId: '' }, /accessPointId is missing/],
    ['an id that is too long', { accessPointId: 'x'.repeat(37) }, /id/],
    ['a factor time of nothing', { factorTimeout: 0 }, /factorTimeout must be between 1 and 60/],
    ['a factor time too long', { factorTimeout: 61 }, /factorTimeout must be between 1 and 60/],
    ['a grant that lives too long', { grantLife: 10.1 }, /grantLife must be between 0.5 and 10/],
    ['an unknown direction', { direction: 'up' }, /direction must be one of in, out/],
    ['an unknown credential type', { supports: ['key'] }, /supports does not know "key"/],
    ['no credential type at all', { supports: [] }, /supports|anyOf/],
    ['an unknown level', { level: 'smile' }, /level must be one of/],
    ['levels that are no list', { levels: {} }, /levels must be a list/],
    ['a scheduled level that is unknown', { levels: [{ level: 'smile' }] }, /levels/],
    ['a custom level that is not JSON', { level: 'custom', customLevel: '[' }, /not JSON/],
    ['a custom level of no types', { level: 'custom', customLevel: '{"anyOf":[]}' }, /anyOf/],
    ['a switch that is neither', { enabled: 'perhaps' }, /enabled must be true or false/],
  ];
  for (const [name, settings, message] of BAD) {
    it(`is misconfigured with ${name}, says so once, and is unknown to its site`, async () => {
      await load(settings);
      assert.equal(apiOf('door-0'), undefined);
      assert.equal(site.accessPoints.size, 0);
      const [said, ...more] = errorsOf('door-0');
      assert.match(said ?? '', message);
      assert.deepEqual(more, []);
    });
  }

  it('is unknown to its site when it is closed', async () => {
    await load({}, { accessPointId: 'back' });
    await nodeById('door-0').close(true);
    assert.deepEqual([...site.accessPoints.keys()], ['back']);
  });
});
