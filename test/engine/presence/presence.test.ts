import assert from 'node:assert/strict';
import { uuidv7 } from '../../../lib/model/ids.ts';
import { TestClock } from '../../support/clock.ts';
import { newest, reopenEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { ZONED_CONFIG, ZonedSite, cardOf } from '../../support/zoned-site.ts';
import { attemptAt, card } from '../../support/sample-site.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

describe('positions and stays', () => {
  let folder: string;
  let clock: TestClock;
  let site: ZonedSite;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    site = await ZonedSite.open(folder, clock);
  });
  afterEach(async () => {
    await site.engine.close();
    removeFolder(folder);
  });

  const stays = (person: string) =>
    site.engine
      .stays({ from: 0, to: clock.now() + DAY, person })
      .then((list) => list.map(({ zone, entered, left }) => [zone, entered, left]));

  it('move with passages and never with grants (D18)', async () => {
    const decision = await site.decide('ada', 'gate-in');
    assert.equal(await site.where('ada'), 'unknown');
    await site.engine.recordPassage(site.passage(decision, 'notTaken'));
    assert.equal(await site.where('ada'), 'unknown');
    await site.passes('ada', 'gate-in');
    assert.equal(await site.where('ada'), 'yard');
  });

  it('span the inner zones in the outer one, and tell the position at any instant', async () => {
    const { at: entered } = await site.passes('ada', 'gate-in');
    const { at: inner } = await site.passes('ada', 'office-in');
    const { at: outer } = await site.passes('ada', 'office-out');
    const { at: left } = await site.passes('ada', 'gate-out');
    assert.deepEqual(await stays('ada'), [
      ['yard', entered, left],
      ['office', inner, outer],
    ]);
    assert.equal(await site.where('ada', inner), 'office');
    assert.equal(await site.where('ada', inner - 1), 'yard');
    assert.equal(await site.where('ada', entered - 1), 'unknown');
    assert.equal(await site.where('ada'), 'outside');
    const tag = await site.engine.position({ tag: 'tag-ada', at: outer });
    assert.deepEqual([tag.zone, tag.person], ['yard', 'ada']);
    const then = await site.engine.muster({ at: inner });
    assert.deepEqual(
      then.map(({ person, zone }) => [person, zone]),
      [['ada', 'office']],
    );
  });

  it('believe the decision rather than the passage about who it was', async () => {
    const decision = await site.decide('ada', 'gate-in');
    await site.engine.recordPassage({ ...site.passage(decision), person: 'ben' });
    assert.equal(await site.where('ada'), 'yard');
    assert.equal(await site.where('ben'), 'unknown');
    const { body } = await newest(site.engine, 'passage');
    assert.deepEqual([body.person, body.tag], ['ada', 'tag-ada']);
  });

  it('do not move again by a passage that is told twice', async () => {
    const passage = await site.passes('ada', 'gate-in');
    await site.passes('ada', 'gate-out');
    await site.engine.recordPassage(passage);
    await site.engine.recordPassage({ ...passage, at: clock.now() });
    assert.equal(await site.where('ada'), 'outside');
    assert.equal((await stays('ada')).length, 1);
  });

  it('take a direction that no reader knows from the position (R-090)', async () => {
    for (const expected of ['in', 'out', 'in'] as const) {
      const decision = await site.decide('ada', 'wicket');
      assert.equal(decision.direction, expected);
      const passage = { ...site.passage(decision), direction: 'in' as const };
      await site.engine.recordPassage(passage);
      assert.equal((await newest(site.engine, 'passage')).body.direction, expected);
      assert.equal(await site.where('ada'), expected === 'in' ? 'yard' : 'outside');
    }
  });

  it('come through where a late passage belongs', async () => {
    const entered = clock.now();
    clock.advance(60 * MINUTE);
    await site.passes('ada', 'gate-out');
    clock.advance(MINUTE);
    await site.engine.recordPassage(site.seen('ada', 'gate-in', entered));
    assert.equal(await site.where('ada'), 'outside');
    assert.equal(await site.where('ada', entered), 'yard');
    assert.deepEqual(await stays('ada'), [['yard', entered, entered + 60 * MINUTE]]);
  });

  it('follow the order of the records while the clock is wrong', async () => {
    await site.passes('ada', 'gate-in');
    clock.step(-DAY);
    await site.engine.recordPassage(site.seen('ada', 'gate-out'));
    assert.equal(await site.where('ada'), 'outside');
    clock.step(DAY);
    clock.advance(MINUTE);
    await site.passes('ada', 'gate-in');
    assert.equal(await site.where('ada'), 'yard');
  });

  it('are corrected by what follows a clock that was ahead', async () => {
    clock.step(20 * 60 * MINUTE);
    await site.passes('ada', 'gate-in');
    clock.step(-20 * 60 * MINUTE);
    await site.engine.confirmClock({ author: 'guard' });
    await site.passes('ada', 'gate-out');
    assert.equal(await site.where('ada'), 'outside');
  });

  it('survive a restart', async () => {
    await site.passes('ada', 'gate-in');
    await site.passes('ada', 'office-in');
    await site.passes('ben', 'gate-in');
    const before = await site.engine.muster({});
    await site.engine.close();
    site = new ZonedSite(await reopenEngine(folder, clock), clock);
    assert.deepEqual(await site.engine.muster({}), before);
    assert.deepEqual([await site.people('yard'), await site.people('office')], [2, 1]);
  });

  it('name firms and guests hosts on the muster list', async () => {
    await site.change(
      { op: 'put', kind: 'firm', value: { id: 'acme', name: 'Acme', roles: ['employer'] } },
      { op: 'put', kind: 'employment', value: { id: 'e', person: 'ada', firm: 'acme' } },
    );
    await site.passes('ada', 'gate-in');
    await site.passes('ben', 'gate-in');
    const list = await site.engine.muster({});
    assert.deepEqual(
      list.map(({ person, firms }) => [person, firms]),
      [
        ['ada', [{ id: 'acme', name: 'Acme' }]],
        ['ben', []],
      ],
    );
    assert.equal((await site.engine.muster({ firm: 'acme' })).length, 1);
    assert.equal((await site.engine.muster({ zone: 'office' })).length, 0);
  });

  describe('corrections', () => {
    it('resolve a passage of nobody later, and leave the record as it was (R-087, N12)', async () => {
      const id = uuidv7(clock.now());
      const at = clock.now();
      await site.engine.recordPassage({
        ...{ id, at, accessPoint: 'gate-in', direction: 'undefined', outcome: 'taken' },
        confirmed: true,
      });
      clock.advance(MINUTE);
      const query = { from: 0, to: clock.now(), unresolved: true };
      assert.deepEqual(
        (await site.engine.transits(query)).map(({ passage }) => passage.id),
        [id],
      );
      const report = await site.engine.correctPassages({
        corrections: [{ corrects: id, person: 'ada', direction: 'in' }],
        author: 'guard',
        reason: 'seen on camera 3',
      });
      assert.deepEqual(report.failed, []);
      assert.equal(await site.where('ada'), 'yard');
      assert.deepEqual(await stays('ada'), [['yard', at, undefined]]);
      assert.deepEqual(await site.engine.transits(query), []);
      const records = await site.engine.recentRecords({ stream: 'passage', limit: 2 });
      assert.deepEqual(
        records.map(({ body }) => [body.person, body.corrects, body.author, body.reason]),
        [
          ['ada', id, 'guard', 'seen on camera 3'],
          [undefined, undefined, undefined, undefined],
        ],
      );
    });

    it('take a passage out, add a missing one, and are themselves corrected', async () => {
      const entry = await site.passes('ada', 'gate-in');
      const correct = (correction: object) => {
        clock.advance(1000);
        const corrections = [correction];
        return site.engine.correctPassages({ corrections, author: 'guard', reason: 'error' });
      };
      await correct({ corrects: entry.id, outcome: 'notTaken' });
      assert.equal(await site.where('ada'), 'unknown');
      const { recorded } = await correct({ corrects: entry.id, person: 'ben' });
      assert.deepEqual([await site.where('ada'), await site.where('ben')], ['unknown', 'yard']);
      const left = clock.now();
      await correct({ person: 'ben', accessPoint: 'gate-out', at: left });
      assert.equal(await site.where('ben'), 'outside');
      await correct({ corrects: recorded[0]?.passage.id, person: 'cho' });
      assert.equal(await site.where('cho'), 'yard');
      assert.deepEqual(await stays('ben'), [['yard', undefined, left]]);
    });

    it('in bulk are made one by one, and those that cannot be are listed', async () => {
      const report = await site.engine.correctPassages({
        corrections: [
          { person: 'ada', accessPoint: 'gate-in', at: clock.now() - MINUTE },
          { person: 'ada', accessPoint: 'gate-in', at: clock.now() + MINUTE },
          { corrects: 'nothing', person: 'ada' },
          { accessPoint: 'gate-in', at: clock.now() },
        ],
        author: 'guard',
        reason: 'power cut',
      });
      assert.equal(report.recorded.length, 1);
      assert.deepEqual(
        report.failed.map(({ index, code }) => [index, code]),
        [
          [1, 'INPUT_INVALID'],
          [2, 'NOT_FOUND'],
          [3, 'INPUT_INVALID'],
        ],
      );
    });

    it('need a reason', async () => {
      const request = { corrections: [{ person: 'ada' }], author: 'guard', reason: '' };
      await assert.rejects(site.engine.correctPassages(request), { code: 'INPUT_INVALID' });
    });
  });

  describe('occupancy', () => {
    it('refuses at the limit, counts those on their way, and never keeps anybody in', async () => {
      await site.rule('yard', { occupancy: { limit: 2, full: 'deny' } });
      await site.passes('ada', 'gate-in');
      const first = await site.decide('ben', 'gate-in');
      assert.deepEqual(await site.asks('cho', 'back-in'), ['areaFull']);
      await site.engine.recordPassage(site.passage(first));
      assert.deepEqual(await site.asks('cho', 'gate-in'), ['areaFull']);
      assert.deepEqual(await site.asks('ada', 'gate-out'), []);
      assert.deepEqual(await site.asks('ada', 'office-in'), []);
      await site.passes('ada', 'gate-out');
      assert.deepEqual(await site.asks('cho', 'gate-in'), []);
    });

    it('refuses a stranger, too, so that no server is asked about a full zone', async () => {
      await site.rule('yard', { occupancy: { limit: 1, full: 'deny' } });
      await site.passes('ada', 'gate-in');
      const stranger = attemptAt(clock.now(), 'gate-in', card(cardOf('nobody')));
      const { outcome, reasons } = await site.engine.decide(stranger);
      assert.deepEqual([outcome, reasons], ['denied', ['unknownCredential', 'areaFull']]);
    });

    it('tells each level once on the way up and once on the way back', async () => {
      const people = Array.from({ length: 20 }, (_, n) => `p${n}`);
      await site.rule('yard', { occupancy: { limit: 20, full: 'report' } });
      for (const person of people) {
        await site.engine.recordPassage(site.seen(person, 'gate-in'));
      }
      for (const person of people.slice(0, 5)) {
        await site.engine.recordPassage(site.seen(person, 'gate-out'));
      }
      const events = await site.engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
      const told = events.filter(({ body }) => body.code.startsWith('occupancy'));
      assert.deepEqual(
        told.map(({ body }) => [body.code, body.details?.level, body.details?.people]),
        [
          ['occupancyReached', 85, 17],
          ['occupancyReached', 95, 19],
          ['occupancyReached', 100, 20],
          ['occupancyLeft', 95, 19],
          ['occupancyLeft', 85, 18],
          ['occupancyLeft', 0, 16],
        ],
      );
    });
  });

  it('of a door without sensor count as passed, unconfirmed', async () => {
    const accessPoints = ZONED_CONFIG.accessPoints.map((point) => ({
      ...point,
      grantedCountsAsPassed: point.id === 'gate-in',
    }));
    await site.engine.configure({ ...ZONED_CONFIG, accessPoints });
    await site.decide('ada', 'gate-in');
    const { body } = await newest(site.engine, 'passage');
    assert.deepEqual([body.confirmed, body.tag], [false, 'tag-ada']);
    assert.equal(await site.where('ada'), 'yard');
  });
});
