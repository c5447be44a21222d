import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FloodCounter } from '../../lib/readers/flood-counter.ts';
import { RepeatFilter } from '../../lib/readers/repeat-filter.ts';
import { createReader } from '../../lib/readers/reader.ts';
import { bytes } from './support.ts';
import { RDM6300 } from './vectors.ts';

describe('repeat filter', () => {
  it('lets the first of many reads through, and the next after the window', () => {
    const filter = new RepeatFilter(2000);
    const passed = Array.from({ length: 60 }, (_, index) => index * 100).filter((now) =>
      filter.passes('card', now),
    );
    assert.deepEqual(passed, [0, 2000, 4000]);
  });

  it('does not hold back another credential', () => {
    const filter = new RepeatFilter(2000);
    assert.deepEqual(
      [filter.passes('a', 0), filter.passes('b', 1), filter.passes('a', 2)],
      [true, true, false],
    );
  });

  it('is off with a window of 0', () => {
    const filter = new RepeatFilter(0);
    assert.deepEqual([filter.passes('a', 0), filter.passes('a', 0)], [true, true]);
  });

  it('never loses a read when more cards come than it remembers', () => {
    const filter = new RepeatFilter(60_000);
    for (let card = 0; card < 5000; card += 1)
      assert.equal(filter.passes(`card ${card}`, card), true);
    assert.equal(filter.passes('card 4999', 5000), false, 'the newest is remembered');
    assert.equal(filter.passes('card 0', 5000), true, 'the oldest is not');
  });

  it('agrees with a filter that remembers everything, while there are few cards', () => {
    const event = fc.record({ card: fc.nat(20), wait: fc.nat(900) });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 200 }),
        fc.integer({ min: 1, max: 3000 }),
        (events, window) => {
          const filter = new RepeatFilter(window);
          const passed = new Map<number, number>();
          let now = 0;
          for (const { card, wait } of events) {
            now += wait;
            const expected = now - (passed.get(card) ?? -Infinity) >= window;
            if (expected) passed.set(card, now);
            assert.equal(filter.passes(String(card), now), expected);
          }
        },
      ),
    );
  });

  it('counts in a reader what it held back, per reader name and never for a PIN', () => {
    const reader = createReader({ form: { kind: 'rdm6300', check: 'xor' } });
    for (let now = 0; now < 2000; now += 80) reader.push(bytes(RDM6300.frame), now);
    assert.deepEqual(reader.tally, { readings: 1, repeats: 24, broken: 0 });

    const terminal = createReader({ form: { kind: 'terminal' } });
    const read = (message: object) => terminal.push(message, 0).readings.length;
    const card = { type: 'card', value: 'DEADBEEF' };
    assert.deepEqual(
      [card, card, { ...card, reader: 'b' }, { ...card, reader: 'b' }].map(read),
      [1, 0, 1, 0],
    );
    const pin = { type: 'pin', value: '4711' };
    assert.deepEqual([pin, pin].map(read), [1, 1]);
  });

  it('makes one read of 1,000 a second for 10 minutes in each window', () => {
    const filter = new RepeatFilter(2000);
    let passed = 0;
    for (let now = 0; now < 600_000; now += 1) passed += filter.passes('card', now) ? 1 : 0;
    assert.equal(passed, 300);
  });
});

describe('flood counter', () => {
  it('tells the first ones singly and sums the rest, so that nothing is lost', () => {
    const flood = new FloodCounter(20, 60_000);
    const single = Array.from({ length: 1000 }, (_, index) => flood.note(index)).filter(Boolean);
    assert.equal(single.length, 20);
    assert.equal(flood.take(1000), undefined, 'the window is not over');
    assert.deepEqual(flood.take(60_000), { count: 980, from: 20, to: 999 });
    assert.equal(flood.take(60_000), undefined);
    assert.equal(flood.note(60_000), true);
  });

  it('begins a window with the first event after the last one', () => {
    const flood = new FloodCounter(1, 1000);
    assert.deepEqual(
      [0, 10, 999, 1500, 1510].map((now) => flood.note(now)),
      [true, false, false, true, false],
    );
    assert.deepEqual(flood.take(2500), { count: 3, from: 10, to: 1510 });
  });

  it('adds up: single events and sums are all events', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(500), take: fc.boolean() }), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 5 }), (list, limit) => {
        const flood = new FloodCounter(limit, 1000);
        let now = 0;
        let counted = 0;
        for (const { wait, take } of list) {
          now += wait;
          counted += flood.note(now) ? 1 : 0;
          if (take) counted += flood.take(now)?.count ?? 0;
        }
        assert.equal(counted + (flood.take(now + 1000)?.count ?? 0), list.length);
      }),
    );
  });
});
