import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beyondQuota } from '../../lib/link/pictures/folder.ts';
import { Transfer, type Step } from '../../lib/link/pictures/transfer.ts';

const OPTIONS = { part: 10, window: 2, patience: 100, longest: 400 };

/** What becomes of a message. */
const fates = fc.array(fc.constantFrom('arrives', 'lost', 'twice', 'late'), { maxLength: 60 });

describe('a file on its way', () => {
  it('arrives whole, whatever is lost, repeated or late, with no more than its window under way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 95 }), fates, (size, script) => {
        const transfer = new Transfer(size, OPTIONS);
        const fate = (): string => script.shift() ?? 'arrives';
        const steps: Step[] = [];
        const answers: number[] = [];
        let now = 0;
        let here = 0;
        for (let turns = 0; here < size; turns += 1) {
          assert.ok(turns < 1000, 'it comes to an end');
          const step = transfer.next(now);
          const overdue = steps.splice(0);
          const told = answers.splice(0);
          const arrived = step === undefined ? [] : copies(steps, step, fate());
          for (const each of [...arrived, ...overdue]) {
            if (each.kind === 'part' && each.offset === here) here = each.end;
            told.unshift(...copies(answers, here, fate()));
          }
          for (const offset of told) assert.ok(transfer.wanted(offset, now));
          if (step?.kind === 'part') assert.ok(step.end - here <= OPTIONS.part * OPTIONS.window);
          if (step === undefined) now = Math.max(now + 1, transfer.due);
        }
        assert.equal(here, size);
      }),
    );
  });

  /** What comes of a message now; what is late comes after the next one. */
  function copies<T>(late: T[], message: T, fate: string): T[] {
    if (fate === 'late') late.push(message);
    if (fate === 'twice') return [message, message];
    return fate === 'arrives' ? [message] : [];
  }

  it('waits twice as long each time nobody answers, and begins anew after a cut', () => {
    const transfer = new Transfer(5, OPTIONS);
    const due = [0, 1, 2, 3].map(() => {
      assert.deepEqual(transfer.next(Math.max(0, transfer.due)), { kind: 'offer' });
      return transfer.due;
    });
    assert.deepEqual(due, [100, 300, 700, 1100]);
    assert.equal(transfer.next(1099), undefined);
    transfer.cut();
    assert.deepEqual(transfer.next(710), { kind: 'offer' });
    assert.equal(transfer.due, 810);
  });

  it('goes on from where the server stands, and not from beyond the end', () => {
    const transfer = new Transfer(25, OPTIONS);
    transfer.next(0);
    assert.equal(transfer.wanted(26, 1), false);
    assert.equal(transfer.wanted(20, 1), true);
    assert.deepEqual(transfer.next(2), { kind: 'part', offset: 20, end: 25 });
    assert.equal(transfer.next(3), undefined);
  });
});

describe('the quota of pictures that wait', () => {
  it('drops the oldest, and no more than it has to', () => {
    const pictures = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(pictures, fc.integer({ min: 0, max: 300 }), (sizes, quota) => {
        const waiting = sizes.map((size, at) => ({ id: String(at), days: 1, size, at }));
        const { length } = beyondQuota(waiting, quota);
        const rest = (from: number): number => sizes.slice(from).reduce((sum, n) => sum + n, 0);
        assert.ok(rest(length) <= quota);
        assert.ok(length === 0 || rest(length - 1) > quota);
      }),
    );
  });
});
