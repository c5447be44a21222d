import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import { ENTITY_KINDS, type Change, type EntityKind } from '../../lib/model/entity.ts';
import type { PassRequest } from '../../lib/model/pass-request.ts';
import { TestClock } from '../support/clock.ts';
import { openSampleEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, BORIS_CARD } from '../support/sample-site.ts';

/** Firm A employs anna, firm B employs boris, both employ pat; vera is a buyer of A, the chief nobody's. */
describe("engine: a firm's administrator", () => {
  let folder: string;
  let engine: EngineService;
  let now: number;

  before(async () => {
    folder = makeFolder();
    const clock = new TestClock();
    now = clock.now();
    engine = await openSampleEngine(folder, clock);
    const { failed } = await engine.change({ changes: SITE, options: { author: 'landlord' } });
    assert.deepEqual(failed, []);
  });
  after(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const scope = { firm: 'A' };
  const options = { author: 'clerk of A', scope };
  const attempt = async (...changes: Change[]) => {
    const { failed, applied } = await engine.change({ changes, options });
    assert.equal(failed.length > 0 ? applied : changes.length, applied);
    return failed.map(({ code }) => code);
  };
  const allowed = async (...changes: Change[]) => {
    const { failed } = await engine.change({ changes, options });
    assert.deepEqual(failed, []);
  };
  const update = (kind: EntityKind, value: Record<string, unknown>): Change => ({
    ...{ op: 'update', kind, value },
  });
  const remove = (kind: EntityKind, id: string): Change => ({ op: 'delete', kind, id });
  const ids = async (kind: EntityKind) =>
    (await engine.find({ kind, scope, limit: 1000 })).map(({ id }) => id);
  const pass = (request: object) => engine.changePass({ request: request as PassRequest, options });

  it('sees the people of the firm and what is theirs, and nothing else', async () => {
    const seen = Object.fromEntries(
      await Promise.all(ENTITY_KINDS.map(async (kind) => [kind, await ids(kind)] as const)),
    );
    assert.deepEqual(seen, {
      ...{ holidayGroup: [], schedule: [], zone: [], fitting: [], waiver: [], timeCorrection: [] },
      consent: [],
      group: ['staff-a'],
      firm: ['A'],
      person: ['anna', 'pat', 'vera'],
      credential: ['anna-card', 'anna-duress', 'anna-pin', 'pat-card'],
      permission: ['anna-all'],
      employment: ['a-anna', 'a-pat'],
      plannedDay: ['day-a'],
      pass: ['pass-a'],
      deal: ['deal-a'],
    });
  });

  it('learns where its own people are, and of nobody else', async () => {
    for (const person of ['anna', 'boris', 'pat']) {
      await engine.recordPassage({
        ...{ id: `in-${person}`, person, tag: `${person}-card`, at: now, zoneTo: 'yard' },
        ...{ direction: 'in', outcome: 'taken', confirmed: true },
      });
    }
    const muster = await engine.muster({ scope });
    assert.deepEqual(
      muster.map(({ person, firms }) => [person, firms.map(({ id }) => id)]),
      [
        ['anna', ['A']],
        ['pat', ['A']],
      ],
    );
    await assert.rejects(engine.muster({ scope, firm: 'B' }), { code: 'NOT_FOUND' });
    const period = { from: 0, to: now + 60_000, scope };
    for (const person of ['boris', 'chief', 'nobody']) {
      await assert.rejects(engine.position({ person, scope }), { code: 'NOT_FOUND' });
      await assert.rejects(engine.stays({ ...period, person }), { code: 'NOT_FOUND' });
      await assert.rejects(engine.transits({ ...period, person }), { code: 'NOT_FOUND' });
    }
    await assert.rejects(engine.position({ tag: 'boris-card', scope }), { code: 'INPUT_INVALID' });
    await assert.rejects(engine.stays({ ...period, tag: 'boris-card' }), { code: 'INPUT_INVALID' });
    await assert.rejects(engine.transits(period), { code: 'INPUT_INVALID' });
    assert.equal((await engine.position({ person: 'anna', scope })).zone, 'yard');
    assert.equal((await engine.stays({ ...period, person: 'pat' })).length, 1);
    assert.equal((await engine.transits({ ...period, person: 'anna' })).length, 1);
  });

  it('finds nothing of others by any filter', async () => {
    const find = (query: object) => engine.find({ scope, ...query } as never);
    assert.deepEqual(await find({ kind: 'person', id: 'boris' }), []);
    assert.deepEqual(await find({ kind: 'person', text: 'boris' }), []);
    assert.deepEqual(await find({ kind: 'person', firm: 'B' }), [{ id: 'pat', name: 'Pat' }]);
    const credential = { type: 'card', value: BORIS_CARD };
    assert.deepEqual(await find({ kind: 'person', credential }), []);
    assert.deepEqual(await find({ kind: 'credential', credential }), []);
    assert.deepEqual(await find({ kind: 'employment', person: 'pat', firm: 'B' }), []);
    assert.deepEqual(await find({ kind: 'deal', person: 'vera' }).then((deals) => deals.length), 1);
    const preview = { person: 'boris', accessPoint: 'front', scope };
    await assert.rejects(engine.explain(preview), { code: 'NOT_FOUND' });
    await engine.explain({ ...preview, person: 'anna' });
    await assert.rejects(engine.penalty({ person: 'anna', firm: 'B', scope }), {
      code: 'NOT_FOUND',
    });
  });

  it('does not change, delete or take over what belongs to others, and cannot tell it from nothing', async () => {
    for (const [kind, id] of FOREIGN) {
      assert.deepEqual(await attempt(update(kind, { id })), ['NOT_FOUND'], `update ${kind} ${id}`);
      const expected = kind === 'person' || kind === 'firm' ? 'FORBIDDEN' : 'NOT_FOUND';
      assert.deepEqual(await attempt(remove(kind, id)), [expected], `delete ${kind} ${id}`);
      assert.deepEqual(await attempt(remove(kind, 'nothing')), [expected]);
      const [stored] = await engine.find({ kind, id });
      assert.ok(stored, `${kind} ${id}`);
      const whole = await engine.change({
        changes: [{ op: 'put', kind, value: PUT[kind] ?? { ...stored } }],
        options,
      });
      assert.equal(whole.applied, 0, `put ${kind} ${id}`);
    }
  });

  it('cannot move people, credentials or links in or out', async () => {
    assert.deepEqual(await attempt(update('employment', { id: 'a-anna', person: 'boris' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('employment', { id: 'a-anna', firm: 'B' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('credential', { id: 'anna-card', person: 'boris' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('credential', { id: 'anna-card', person: 'pat' })), [
      'FORBIDDEN',
    ]);
    assert.deepEqual(await attempt(update('deal', { id: 'deal-a', person: 'boris' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('plannedDay', { id: 'day-a', firm: 'B' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('pass', { id: 'pass-a', tag: 'boris-card' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('pass', { id: 'pass-a', firm: 'B' })), ['NOT_FOUND']);
  });

  it('cannot employ whom it does not know, nor make a visitor its own', async () => {
    const employ = (person: string): Change => ({
      ...{ op: 'create', kind: 'employment' },
      value: { id: `new-${person}`, person, firm: 'A' },
    });
    for (const person of ['boris', 'chief', 'vera', 'nobody']) {
      assert.deepEqual(await attempt(employ(person)), ['NOT_FOUND'], person);
    }
  });

  it('cannot take a tag that nobody holds', async () => {
    const take = {
      id: 'p',
      person: 'anna',
      type: 'permanent',
      status: 'active',
      validFrom: '2026-01-01',
    };
    for (const tag of ['boris-card', 'chief-card', 'pat-card', 'nothing']) {
      const change: Change = { op: 'create', kind: 'pass', value: { ...take, tag } };
      assert.deepEqual(await attempt(change), ['NOT_FOUND'], tag);
      const request = { operation: 'issue', tag, person: 'anna', type: 'permanent' };
      await assert.rejects(pass(request), { code: 'NOT_FOUND' }, tag);
    }
    const held = await engine.find({ kind: 'credential', id: 'chief-card' });
    assert.equal(held[0]?.person, 'chief');
  });

  it('gives no rights, and lifts no refusal', async () => {
    const grant = { subject: { person: 'anna' }, target: { everywhere: true } };
    const permission: Change = { op: 'create', kind: 'permission', value: { id: 'own', ...grant } };
    assert.deepEqual(await attempt(permission), ['FORBIDDEN']);
    const refused = [
      { id: 'anna', groups: ['chiefs'] },
      { id: 'anna', groups: [] }, // leaves a group that is not the firm's
      { id: 'anna', antiPassbackExempt: true },
      { id: 'anna', validTo: '2030-01-01' },
      { id: 'anna', status: 'disabled' },
    ];
    for (const value of refused) {
      const [code] = await attempt(update('person', value));
      assert.ok(code === 'FORBIDDEN' || code === 'NOT_FOUND', JSON.stringify(value));
    }
    assert.deepEqual(await attempt(update('firm', { id: 'A', roles: ['supplier'] })), [
      'FORBIDDEN',
    ]);
    assert.deepEqual(await attempt(update('group', { id: 'staff-a', breakGlass: true })), [
      'NOT_FOUND',
    ]);
  });

  it('leaves people with a second employer to the landlord', async () => {
    assert.deepEqual(await attempt(update('person', { id: 'pat', name: 'Patricia' })), [
      'NOT_FOUND',
    ]);
    assert.deepEqual(await attempt(update('credential', { id: 'pat-card', status: 'lost' })), [
      'NOT_FOUND',
    ]);
    await allowed(update('employment', { id: 'a-pat', workMode: 'part-time' }));
  });

  it('does not learn who has a value that is taken', async () => {
    const value = { id: 'mine', person: 'anna', type: 'card', value: BORIS_CARD };
    const { failed } = await engine.change({
      changes: [{ op: 'create', kind: 'credential', value }],
      options,
    });
    assert.deepEqual(failed, [
      { index: 0, code: 'CONFLICT', message: 'credential "mine" is not free, or in use' },
    ]);
  });

  it('undoes all of an atomic call, and only the wrong ones of another', async () => {
    const good = update('person', { id: 'anna', department: 'Sales' });
    const bad = update('person', { id: 'boris', department: 'Sales' });
    assert.deepEqual(await attempt(good, bad), ['NOT_FOUND']);
    const department = async () =>
      (await engine.find({ kind: 'person', id: 'anna' }))[0]?.department;
    assert.equal(await department(), undefined);
    const partly = await engine.change({
      changes: [bad, good],
      options: { ...options, atomic: false },
    });
    assert.equal(partly.applied, 1);
    assert.deepEqual(
      partly.failed.map(({ index }) => index),
      [0],
    );
    assert.equal(await department(), 'Sales');
  });

  it('enters new people as its employees, with cards, passes, plans and deals', async () => {
    await allowed(
      { op: 'create', kind: 'person', value: { id: 'nina', name: 'Nina', groups: ['staff-a'] } },
      {
        ...{ op: 'create', kind: 'credential' },
        value: { id: 'nina-card', person: 'nina', type: 'card', value: '04BBBBBBBBBB01' },
      },
      {
        ...{ op: 'create', kind: 'plannedDay' },
        value: { id: 'nina-1', person: 'nina', firm: 'A', date: '2026-06-11' },
      },
      update('deal', { id: 'deal-a', marks: { goods: 5 } }),
      update('firm', { id: 'A', release: { buyer: { all: [['payment']] } } }),
    );
    const { pass: issued } = await pass({
      ...{ operation: 'issue', tag: 'nina-card', person: 'nina', type: 'permanent', firm: 'A' },
    });
    await pass({ operation: 'return', pass: issued.id });
    const [employment] = await engine.find({ kind: 'employment', person: 'nina' });
    assert.deepEqual([employment?.firm, employment?.validFrom], ['A', '2026-06-10']);
    await allowed(remove('employment', employment?.id ?? ''));
    assert.deepEqual(await attempt(update('person', { id: 'nina', name: 'N' })), ['NOT_FOUND']);
  });

  it('is named in the administration log together with its firm', async () => {
    await allowed(update('person', { id: 'anna', name: 'Anna A.' }));
    const [event] = await engine.recentRecords({ stream: 'event', limit: 1 });
    assert.equal(event?.body.author, 'clerk of A');
    assert.equal(event.body.details?.firm, 'A');
    const [anna] = await engine.find({
      ...{ kind: 'person', credential: { type: 'card', value: ANNA_CARD } },
    });
    assert.equal(anna?.id, 'anna');
  });
});

const put = (kind: EntityKind, value: Record<string, unknown>): Change => {
  return { op: 'put', kind, value };
};

const SITE: Change[] = [
  put('firm', { id: 'A', name: 'Alpha', roles: ['employer', 'supplier'] }),
  put('firm', { id: 'B', name: 'Beta', roles: ['employer'] }),
  put('group', { id: 'staff-a', name: 'Staff of A', attributes: { firm: 'A' } }),
  put('group', { id: 'refused', name: 'Refused' }),
  put('zone', { id: 'yard', name: 'Yard' }),
  put('person', { id: 'anna', name: 'Anna', groups: ['refused'] }),
  put('person', { id: 'pat', name: 'Pat' }),
  put('person', { id: 'vera', name: 'Vera' }),
  put('credential', { id: 'pat-card', person: 'pat', type: 'card', value: '04CCCCCCCCCC01' }),
  put('employment', { id: 'a-anna', person: 'anna', firm: 'A' }),
  put('employment', { id: 'b-boris', person: 'boris', firm: 'B' }),
  put('employment', { id: 'a-pat', person: 'pat', firm: 'A' }),
  put('employment', { id: 'b-pat', person: 'pat', firm: 'B' }),
  put('plannedDay', { id: 'day-a', person: 'anna', firm: 'A', date: '2026-06-10' }),
  put('plannedDay', { id: 'day-b', person: 'pat', firm: 'B', date: '2026-06-10' }),
  put('deal', {
    ...{ id: 'deal-a', person: 'vera', firm: 'A', role: 'buyer', openedAt: 1, marks: {} },
  }),
  put('deal', {
    ...{ id: 'deal-b', person: 'vera', firm: 'B', role: 'buyer', openedAt: 1, marks: {} },
  }),
  ...(['A', 'B'] as const).map((firm) =>
    put('pass', {
      ...{ id: `pass-${firm.toLowerCase()}`, tag: firm === 'A' ? 'anna-card' : 'boris-card' },
      ...{ person: firm === 'A' ? 'anna' : 'boris', type: 'permanent', status: 'inactive' },
      ...{ validFrom: '2026-01-01', firm },
    }),
  ),
  put('fitting', {
    ...{ id: 'lock', link: 'lock-door', part: 'l', host: 'd', event: 'repair', at: 1 },
  }),
];

/** One thing of each kind that is not firm A's. */
const FOREIGN: [EntityKind, string][] = [
  ['person', 'boris'],
  ['person', 'chief'],
  ['person', 'vera'],
  ['person', 'pat'],
  ['credential', 'boris-card'],
  ['credential', 'chief-card'],
  ['credential', 'pat-card'],
  ['permission', 'boris-office'],
  ['group', 'chiefs'],
  ['group', 'staff-a'],
  ['schedule', 'office'],
  ['zone', 'yard'],
  ['firm', 'B'],
  ['employment', 'b-boris'],
  ['employment', 'b-pat'],
  ['plannedDay', 'day-b'],
  ['pass', 'pass-b'],
  ['deal', 'deal-b'],
  ['fitting', 'lock'],
];

/** What cannot be put back as it was read. */
const PUT: Partial<Record<EntityKind, Record<string, unknown>>> = {
  credential: { id: 'boris-card', person: 'anna', type: 'card', value: '04DDDDDDDDDD01' },
};
