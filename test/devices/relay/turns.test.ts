import assert from 'node:assert/strict';
import { Turns } from '../../../lib/devices/relay/turns.ts';
import { settle } from '../fake-time.ts';

/** A promise that is resolved from outside. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

describe('turns', () => {
  let turns: Turns;
  let log: string[];

  beforeEach(() => {
    turns = new Turns(() => Promise.resolve());
    log = [];
  });

  /** A task that notes its begin, and its end when that is called. */
  function task(name: string): { run: () => Promise<string>; end: () => void } {
    const gate = new Gate();
    return {
      run: async () => {
        log.push(name);
        await gate.opened;
        log.push(`${name} ended`);
        return name;
      },
      end: gate.open,
    };
  }

  it('come one after the other, and a failure does not stop them', async () => {
    const [first, last] = [task('first'), task('last')];
    const results = [
      turns.run(first.run, false),
      turns.run(() => Promise.reject(new Error('broken')), false),
      turns.run(last.run, false),
    ];
    await settle();
    assert.deepEqual(log, ['first']);
    first.end();
    last.end();
    assert.equal(await results[0], 'first');
    await assert.rejects(results[1] ?? assert.fail(), /broken/);
    assert.equal(await results[2], 'last');
    assert.deepEqual(log, ['first', 'first ended', 'last', 'last ended']);
  });

  it('wait until all is ready', async () => {
    const ready = new Gate();
    turns = new Turns(() => ready.opened);
    const only = task('only');
    const result = turns.run(only.run, false);
    only.end();
    await settle();
    assert.deepEqual(log, []);
    ready.open();
    assert.equal(await result, 'only');
  });

  it('that are urgent need not wait in a hurry; the others still have theirs', async () => {
    const tasks = { work: task('work'), look: task('look'), off: task('off') };
    const results = [
      turns.run(tasks.work.run, false),
      turns.run(tasks.look.run, false),
      turns.run(tasks.off.run, true),
    ];
    await settle();
    const hurry = turns.hurry();
    assert.deepEqual(log, ['work', 'off']);
    tasks.off.end();
    await hurry;
    tasks.work.end();
    tasks.look.end();
    await Promise.all(results);
    assert.deepEqual(log, ['work', 'off', 'off ended', 'work ended', 'look', 'look ended']);
  });
});
