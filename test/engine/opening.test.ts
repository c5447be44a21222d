import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import { TestClock } from '../support/clock.ts';
import { newest, openSampleEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('engine: doors that are open for all', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    // A Wednesday morning in Berlin.
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  for (const cause of ['mode', 'fire'] as const) {
    it(`get a grant for a ${cause} that is recorded and honoured once`, async () => {
      const decision = await engine.grantOpening({ accessPoint: 'front', cause });
      assert.equal(decision.outcome, 'granted');
      assert.equal(decision.person, undefined);
      const { body } = await newest(engine, 'access');
      assert.deepEqual(body, { decision, credentials: [], opening: cause });
      const claim = { decision: decision.id, output: 'lock', action: 'on' } as const;
      assert.equal((await engine.claimCommand(claim)).command.decision, decision.id);
      await assert.rejects(engine.claimCommand(claim), { code: 'COMMAND_USED' });
    });
  }

  it('get a grant that runs out like any other', async () => {
    const { id } = await engine.grantOpening({ accessPoint: 'front', cause: 'mode' });
    clock.advance(3000);
    const claim = { decision: id, output: 'lock', action: 'on' } as const;
    await assert.rejects(engine.claimCommand(claim), { code: 'COMMAND_EXPIRED' });
  });

  it('get nothing at an access point that nobody knows', async () => {
    await assert.rejects(engine.grantOpening({ accessPoint: 'none', cause: 'fire' }), {
      code: 'NOT_FOUND',
    });
  });

  it('can follow a schedule, and know until when its answer holds', async () => {
    const open = await engine.scheduleState({ schedule: 'office' });
    assert.equal(open.open, true);
    clock.advance(open.until - clock.now() - 1);
    assert.equal((await engine.scheduleState({ schedule: 'office' })).open, true);
    clock.advance(1);
    const shut = await engine.scheduleState({ schedule: 'office' });
    assert.equal(shut.open, false);
    assert.ok(shut.until > clock.now() && shut.until - clock.now() < DAY);
  });

  it('are not opened by a schedule while the clock is not trusted', async () => {
    clock.step(-DAY);
    assert.equal((await engine.scheduleState({ schedule: 'office' })).open, false);
    assert.equal((await engine.scheduleState({ schedule: 'always' })).open, true);
  });

  it('are not opened by a schedule that does not exist', async () => {
    await assert.rejects(engine.scheduleState({ schedule: 'none' }), { code: 'NOT_FOUND' });
  });
});
