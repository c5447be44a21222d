import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Outbox } from '../../lib/link/log/outbox.ts';
import { Ranges, type Range } from '../../lib/link/log/ranges.ts';

const OPTIONS = { batch: 10, window: 2, patience: 1000, longest: 8000 };

/** A server that stores what reaches it. */
class Server {
  stored = new Ranges();

  take(range: Range): Range {
    this.stored.add(range);
    return range;
  }

  /** Everything up to here is stored. */
  get upTo(): number {
    const [first] = this.stored.list;
    return first?.from === 1 ? first.to : 0;
  }
}

describe('the outbox', () => {
  it('sends the backlog in batches, as many at a time as the window allows', () => {
    const outbox = new Outbox(OPTIONS, 0);
    outbox.holds({ first: 1, last: 35 });
    outbox.connected();
    assert.deepEqual(outbox.next(0), { from: 1, to: 10 });
    assert.deepEqual(outbox.next(0), { from: 11, to: 20 });
    assert.equal(outbox.next(0), undefined);
    assert.ok(outbox.take({ from: 1, to: 10 }));
    assert.deepEqual(outbox.next(0), { from: 21, to: 30 });
    assert.equal(outbox.length, 25);
  });

  it('does not let new records wait behind the backlog', () => {
    const outbox = new Outbox(OPTIONS, 0);
    outbox.holds({ first: 1, last: 100_000 });
    outbox.connected();
    while (outbox.next(0) !== undefined);
    outbox.holds({ first: 1, last: 100_003 });
    assert.deepEqual(outbox.next(0), { from: 100_001, to: 100_003 });
    assert.ok(outbox.take({ from: 100_001, to: 100_003 }));
    assert.equal(outbox.acknowledged, 0, 'nothing is dropped before the gap is closed');
  });

  it('sends again what was not acknowledged in time, and waits longer each time', () => {
    const outbox = new Outbox(OPTIONS, 0);
    outbox.holds({ first: 1, last: 5 });
    outbox.connected();
    let now = 0;
    for (const patience of [1000, 2000, 4000, 8000, 8000]) {
      assert.deepEqual(outbox.next(now), { from: 1, to: 5 });
      assert.equal(outbox.due, now + patience);
      assert.equal(outbox.next(now + patience - 1), undefined);
      now += patience;
    }
  });

  it('sends everything anew on a new connection', () => {
    const outbox = new Outbox(OPTIONS, 0);
    outbox.holds({ first: 1, last: 5 });
    outbox.connected();
    assert.deepEqual(outbox.next(0), { from: 1, to: 5 });
    outbox.connected();
    assert.deepEqual(outbox.next(1), { from: 1, to: 5 });
  });

  it('never sends what was overwritten before', () => {
    const outbox = new Outbox(OPTIONS, 3);
    outbox.holds({ first: 8, last: 12 });
    outbox.connected();
    assert.deepEqual(outbox.next(0), { from: 8, to: 12 });
    assert.equal(outbox.acknowledged, 7);
  });

  it('ignores an acknowledgement that cannot be true', () => {
    const outbox = new Outbox(OPTIONS, 3);
    outbox.holds({ first: 1, last: 40 });
    outbox.connected();
    assert.deepEqual(outbox.next(0), { from: 4, to: 13 });
    for (const lie of [
      { from: 4, to: 14 },
      { from: 30, to: 31 },
      { from: 9, to: 5 },
      { from: -1, to: 5 },
    ]) {
      assert.equal(outbox.take(lie), false, JSON.stringify(lie));
    }
    assert.equal(outbox.acknowledged, 3);
  });

  it('brings every record to the server over any network, and keeps what is not there', () => {
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.constant('deliver' as const) },
      { weight: 3, arbitrary: fc.constant('answer' as const) },
      fc.constantFrom(
        'loseBatch',
        'loseAnswer',
        'repeatBatch',
        'reconnect',
        'restore',
        'append',
        'wait',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 120 }),
        fc.integer({ min: 0, max: 70 }),
        (events, start) => {
          const server = new Server();
          const outbox = new Outbox({ ...OPTIONS, batch: 4 }, 0);
          let last = start;
          let now = 0;
          let up: Range[] = [];
          let down: Range[] = [];
          const pump = (): void => {
            for (let range = outbox.next(now); range; range = outbox.next(now)) up.push(range);
          };
          const deliver = (range: Range | undefined): void => {
            if (range) down.push(server.take(range));
          };
          const answer = (): void => {
            const next = down.shift();
            if (next !== undefined) assert.ok(outbox.take(next));
          };
          const steps: Record<(typeof events)[number], () => void> = {
            deliver: () => {
              deliver(up.shift());
            },
            answer,
            loseBatch: () => up.shift(),
            loseAnswer: () => down.shift(),
            repeatBatch: () => {
              deliver(up[0]);
            },
            reconnect: () => {
              up = [];
              down = [];
              outbox.connected(server.upTo);
            },
            restore: () => {
              // The server has come back from a backup in which half of it is missing.
              const { upTo } = server;
              server.stored = new Ranges();
              server.stored.add({ from: 1, to: Math.floor(upTo / 2) });
              steps.reconnect();
            },
            append: () => {
              last += 3;
              outbox.holds({ first: 1, last });
            },
            wait: () => {
              now += 10_000;
            },
          };
          outbox.holds({ first: 1, last });
          outbox.connected();
          for (const name of events) {
            pump();
            steps[name]();
            assert.ok(
              server.stored.covers({ from: 1, to: outbox.acknowledged }) ||
                outbox.acknowledged === 0,
            );
          }
          for (let turn = 0; outbox.acknowledged < last && turn < 1000; turn += 1) {
            now += 10_000;
            pump();
            while (up.length > 0) deliver(up.shift());
            while (down.length > 0) answer();
          }
          assert.equal(outbox.acknowledged, last);
          assert.equal(outbox.length, 0);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
