import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { TestClock } from '../support/clock.ts';
import { newest, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, attemptAt, card } from '../support/sample-site.ts';

describe('engine: commands', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const decide = (value = ANNA_CARD): Promise<Decision> =>
    engine.decide(attemptAt(clock.now(), 'front', card(value)));
  const pulse = (decision: string, output = 'lock') =>
    engine.claimCommand({ decision, output, action: 'pulse', duration: 5000 });

  it('use a grant once for each output, and are recorded with their end', async () => {
    const { id } = await decide();
    const { command, life } = await pulse(id);
    assert.ok(life > 0 && life <= 3000);
    assert.equal(command.decision, id);
    await assert.rejects(pulse(id), { code: 'COMMAND_USED' });
    assert.equal((await pulse(id, 'light')).command.output, 'light');
    await engine.recordCommand({ command: command.id, state: 'failed', error: 'no answer' });
    const rows = await engine.readRecords({ stream: 'command', after: 0, limit: 10 });
    assert.deepEqual(
      rows.map(({ body }) => [body.output, body.state, body.decision]),
      [
        ['lock', 'sent', id],
        ['light', 'sent', id],
        ['lock', 'failed', id],
      ],
    );
    assert.deepEqual(
      rows.map(({ body }) => body.error),
      [undefined, undefined, 'no answer'],
    );
  });

  it('need a grant: no refusal, no unknown decision, none that ran out', async () => {
    const refused = await decide('04DEADBEEF0000');
    await assert.rejects(pulse(refused.id), { code: 'DECISION_INVALID' });
    await assert.rejects(pulse(uuidv7()), { code: 'DECISION_INVALID' });
    const { id } = await decide();
    clock.advance(3000);
    await assert.rejects(pulse(id), { code: 'COMMAND_EXPIRED' });
    await assert.rejects(engine.claimCommand({ output: 'lock', action: 'on' }), {
      code: 'DECISION_INVALID',
    });
  });

  it('honour no grant of the time before a restart', async () => {
    const { id } = await decide();
    await engine.close();
    engine = await reopenEngine(folder, clock);
    await assert.rejects(pulse(id), { code: 'DECISION_INVALID' });
  });

  it('may always switch off', async () => {
    const { command } = await engine.claimCommand({ output: 'lock', action: 'off' });
    assert.equal(command.state, 'sent');
    await engine.recordCommand({ command: command.id, state: 'done' });
    const { body } = await newest(engine, 'command');
    assert.deepEqual([body.action, body.state, body.decision], ['off', 'done', undefined]);
  });

  it('are recorded even if they end after a restart; unknown ones are refused', async () => {
    const { command } = await pulse((await decide()).id);
    await engine.close();
    engine = await reopenEngine(folder, clock);
    await engine.recordCommand({ command: command.id, state: 'done' });
    assert.equal((await newest(engine, 'command')).body.state, 'done');
    await assert.rejects(engine.recordCommand({ command: uuidv7(), state: 'done' }), {
      code: 'NOT_FOUND',
    });
  });

  it('and passages and events are records of their own (D18)', async () => {
    const { id } = await decide();
    const passage = {
      id: uuidv7(),
      decision: id,
      accessPoint: 'front',
      person: 'anna',
      direction: 'in' as const,
      outcome: 'taken' as const,
      confirmed: true,
      at: clock.now(),
    };
    assert.equal((await engine.recordPassage(passage)).seq, 1);
    const { body } = await newest(engine, 'passage');
    assert.deepEqual(body, { ...passage, tag: 'anna-card' });
    const event = { category: 'device' as const, code: 'doorHeld', accessPoint: 'front' };
    await engine.recordEvent(event);
    assert.deepEqual((await newest(engine, 'event')).body, event);
    const malformed = { ...event, code: 'Door Held!' };
    await assert.rejects(engine.recordEvent(malformed), { code: 'INPUT_INVALID' });
  });
});
