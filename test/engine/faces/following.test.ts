import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineService } from '../../../lib/engine/facade.ts';
import type { Change } from '../../../lib/model/entity.ts';
import { TestClock } from '../../support/clock.ts';
import { openSampleEngine, reopenEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import {
  Follower,
  assertSameFace,
  consent,
  done,
  face,
  put,
  remove,
  templateOf,
} from './support.ts';

describe('engine: galleries follow', () => {
  let folder: string;
  let engine: EngineService;
  let follower: Follower;

  beforeEach(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
    follower = new Follower();
    await done(engine, consent('anna'), consent('boris'));
    await done(engine, face('f-anna', 'anna'), face('f-boris', 'boris'));
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const held = (): string[] => [...follower.faces.keys()].sort();

  it('gives everything first, in pages, and nothing once there is nothing new', async () => {
    await follower.follow(engine, 1);
    assert.deepEqual(held(), ['f-anna', 'f-boris']);
    assert.equal(follower.steps[0]?.reset, true);
    assert.ok(follower.steps.slice(1).every(({ reset }) => !reset));
    assertSameFace(follower.faces.get('f-anna')?.template, templateOf(1));
    const before = follower.steps.length;
    await follower.follow(engine);
    assert.deepEqual(
      follower.steps.slice(before).flatMap((step) => [...step.put, ...step.removed]),
      [],
    );
  });

  it('tells of a new template, and of one that goes', async () => {
    await follower.follow(engine);
    await done(
      engine,
      face('f-2', 'anna', { template: templateOf(2) }),
      remove('credential', 'f-boris'),
    );
    await follower.follow(engine);
    assert.deepEqual(held(), ['f-2', 'f-anna']);
    assertSameFace(follower.faces.get('f-2')?.template, templateOf(2));
  });

  it('tells of the groups of a person', async () => {
    await follower.follow(engine);
    await done(engine, put('group', { id: 'staff', name: 'Staff' }));
    await done(engine, put('person', { id: 'anna', name: 'Anna', groups: ['staff'] }));
    await follower.follow(engine);
    assert.deepEqual(follower.faces.get('f-anna')?.groups, ['staff']);
    assert.deepEqual(follower.faces.get('f-boris')?.groups, []);
  });

  it('takes a face out with its person', async () => {
    await follower.follow(engine);
    await done(engine, remove('person', 'anna'));
    await follower.follow(engine);
    assert.deepEqual(held(), ['f-boris']);
  });

  it('does not lose what changes between two pages of the listing', async () => {
    const first = await engine.faceChanges({ limit: 1 });
    await done(engine, remove('credential', 'f-anna'), face('f-0', 'boris'));
    let step = await engine.faceChanges({ cursor: first.cursor, limit: 1 });
    const removed = [...step.removed];
    const added = step.put.map(({ credential }) => credential);
    for (; step.more || added.length < 2; removed.push(...step.removed)) {
      step = await engine.faceChanges({ cursor: step.cursor, limit: 1 });
      added.push(...step.put.map(({ credential }) => credential));
    }
    assert.ok(removed.includes('f-anna'));
    assert.ok(added.includes('f-0'));
  });

  it('begins anew after a restart, and for a cursor that makes no sense', async () => {
    await follower.follow(engine);
    await engine.close();
    engine = await reopenEngine(folder, new TestClock());
    const before = follower.steps.length;
    await follower.follow(engine);
    assert.equal(follower.steps[before]?.reset, true);
    assert.deepEqual(held(), ['f-anna', 'f-boris']);
    for (const cursor of ['', 'nonsense', 'x.1', `${'A'.repeat(8)}.99`]) {
      assert.equal((await engine.faceChanges({ cursor })).reset, true);
    }
  });

  it('begins anew when more has changed than is remembered', async function () {
    this.timeout(60_000);
    await follower.follow(engine);
    for (let from = 0; from < 21_000; from += 3000) {
      const people = Array.from({ length: 3000 }, (_, at) =>
        put('person', { id: `p${from + at}`, name: 'P' }),
      );
      await done(engine, ...people);
    }
    const before = follower.steps.length;
    await follower.follow(engine);
    assert.equal(follower.steps[before]?.reset, true);
    assert.deepEqual(held(), ['f-anna', 'f-boris']);
  });

  it('searches nobody whose consent is withdrawn or gone', async () => {
    await follower.follow(engine);
    await engine.configureFaces({ mode: 'stored', keepAfterValidity: 30, keepAfterWithdrawal: 30 });
    await done(engine, {
      op: 'update',
      kind: 'consent',
      value: { id: 'consent-anna', withdrawnAt: 2_000_000_000_000 },
    });
    await follower.follow(engine);
    assert.deepEqual(held(), ['f-boris']);
    await done(engine, consent('anna', { id: 'again' }));
    await follower.follow(engine);
    assert.deepEqual(held(), ['f-anna', 'f-boris']);
  });

  it('whatever is changed in whatever order, a gallery that follows has what a new one gets', async function () {
    this.timeout(120_000);
    await follower.follow(engine);
    const id = fc.constantFrom('f1', 'f2', 'f3');
    const person = fc.constantFrom('anna', 'boris', 'chief');
    const step = fc.oneof<fc.Arbitrary<Change>[]>(
      fc.tuple(id, person, fc.nat(3)).map(([f, p, n]) => face(f, p, { template: templateOf(n) })),
      id.map((f) => remove('credential', f)),
      fc
        .tuple(person, fc.option(fc.constant(2_000_000_000_000)))
        .map(([p, at]) => consent(p, at === null ? {} : { withdrawnAt: at })),
      person.map((p) => remove('consent', `consent-${p}`)),
      fc
        .tuple(person, fc.subarray(['chiefs']))
        .map(([p, groups]) => put('person', { id: p, name: p, groups })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 5 }),
        async (batches) => {
          for (const changes of batches) {
            await engine.change({ changes, options: { author: 'test', atomic: false } });
            await follower.follow(engine, 2);
          }
          const fresh = new Follower();
          await fresh.follow(engine);
          assert.deepEqual(new Map([...follower.faces].sort()), new Map([...fresh.faces].sort()));
        },
      ),
      { numRuns: 25 },
    );
  });
});
