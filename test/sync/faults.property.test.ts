import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BatchLetter } from '../../lib/link/sync/batch.ts';
import type { LetterAnswer } from '../../lib/link/sync/receipt.ts';
import type { Change, EntityKind } from '../../lib/model/entity.ts';
import type { Permission } from '../../lib/model/permission.ts';
import { TestClock } from '../support/clock.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { SAMPLE_CONFIG } from '../support/sample-site.ts';
import { ADDRESS, gatewayConfig, openPair, type SyncPair } from '../support/sync-pair.ts';

const PEOPLE = ['p0', 'p1', 'p2'];
const GROUPS = ['g0', 'g1'];
const POINTS = ['front', 'vault'];
const KINDS: readonly EntityKind[] = ['person', 'credential', 'permission', 'group'];

const put = (kind: EntityKind, value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});
const target = fc.constantFrom(...POINTS.map((accessPoint) => ({ accessPoint })), {
  everywhere: true as const,
});
const subject = fc.oneof(
  fc.constantFrom(...PEOPLE.map((person) => ({ person }))),
  fc.constantFrom(...GROUPS.map((group) => ({ group }))),
  fc.constant({ everyone: true as const }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .record({
      id: fc.constantFrom(...PEOPLE),
      name: fc.constantFrom('A', 'B'),
      groups: fc.subarray(GROUPS),
    })
    .map((value) => put('person', value)),
  fc
    .record({
      id: fc.constantFrom('c0', 'c1', 'c2'),
      person: fc.constantFrom(...PEOPLE),
      type: fc.constantFrom('card', 'bluetooth'),
    })
    .map((value) => put('credential', { ...value, value: `0400000${value.id.charAt(1)}` })),
  fc
    .record({
      id: fc.constantFrom('r0', 'r1', 'r2', 'r3'),
      subject,
      target,
      effect: fc.constantFrom('allow', 'deny'),
    })
    .map((value) => put('permission', value)),
  fc
    .record({ id: fc.constantFrom(...GROUPS), breakGlass: fc.boolean() })
    .map((value) => put('group', { ...value, name: value.id })),
  fc
    .constantFrom<[EntityKind, string]>(
      ['person', 'p0'],
      ['person', 'p1'],
      ['credential', 'c0'],
      ['permission', 'r0'],
      ['permission', 'r1'],
      ['group', 'g1'],
    )
    .map(([kind, id]): Change => ({ op: 'delete', kind, id })),
);

type Fault =
  | { do: 'change'; changes: Change[] }
  | { do: 'deliver' | 'loseLetter' | 'loseReceipt' | 'report' }
  | { do: 'repeatLetter' | 'repeatReceipt'; which: number }
  | { do: 'points'; ids: string[] };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(change, { minLength: 1, maxLength: 4 })
      .map((changes) => ({ do: 'change' as const, changes })),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'deliver' as const }) },
  fc
    .constantFrom(...(['loseLetter', 'loseReceipt', 'report'] as const))
    .map((what) => ({ do: what })),
  fc.record({
    do: fc.constantFrom('repeatLetter' as const, 'repeatReceipt' as const),
    which: fc.nat(20),
  }),
  fc.subarray(POINTS).map((ids) => ({ do: 'points' as const, ids })),
);

/** Plays one story, and remembers every letter and receipt, so that they can come again. */
class Story {
  readonly pair: SyncPair;
  readonly clock: TestClock;
  points: string[] = POINTS;
  readonly #letters: BatchLetter[] = [];
  readonly #receipts: LetterAnswer[] = [];

  constructor(pair: SyncPair, clock: TestClock) {
    this.pair = pair;
    this.clock = clock;
  }

  async play(step: Fault): Promise<void> {
    const { server, gateway } = this.pair;
    switch (step.do) {
      case 'change':
        await server.change({ changes: step.changes, options: { author: 'test', atomic: false } });
        return;
      case 'report':
        return this.pair.report();
      case 'points':
        this.points = step.ids;
        await gateway.configure(gatewayConfig(this.#accessPoints()));
        return this.pair.report();
      case 'repeatLetter':
        return this.#hand(this.#letters[step.which], false);
      case 'repeatReceipt': {
        const receipt = this.#receipts[step.which];
        if (receipt !== undefined) await server.takeReceipt({ gateway: 'north', receipt });
        return;
      }
      default: {
        const letter = await server.nextLetter(ADDRESS);
        if (letter !== undefined) this.#letters.push(letter);
        if (step.do !== 'loseLetter') await this.#hand(letter, step.do === 'deliver');
      }
    }
  }

  /** The line is good again. */
  async heal(): Promise<void> {
    await this.pair.report();
    for (let round = 0; round < 10; round += 1) {
      this.clock.advance(20_000);
      await this.pair.settle();
      const open = await this.pair.server.fleetItems({ gateway: 'north', limit: 10 });
      if (open.length === 0) return;
    }
    const open = await this.pair.server.fleetItems({ gateway: 'north', limit: 10 });
    assert.deepEqual(open, []);
  }

  async #hand(letter: BatchLetter | undefined, isAnswered: boolean): Promise<void> {
    if (letter === undefined) return;
    const receipt = await this.pair.gateway.takeLetter({ address: ADDRESS, letter });
    this.#receipts.push(receipt);
    if (isAnswered) await this.pair.server.takeReceipt({ gateway: 'north', receipt });
  }

  #accessPoints() {
    return SAMPLE_CONFIG.accessPoints.filter(({ id }) => this.points.includes(id));
  }
}

/** What the gateway should hold, worked out the long way from the whole base. */
async function expected({ pair: { server }, points }: Story) {
  const all = async <K extends EntityKind>(kind: K) => server.find({ kind, limit: 1000 });
  const permissions = (await all('permission')).filter(({ target: where }) =>
    'accessPoint' in where ? points.includes(where.accessPoint) : points.length > 0,
  );
  const groups = await all('group');
  const people = (await all('person')).filter(({ id, groups: own = [] }) => {
    const isBreakGlass = groups.some((group) => group.breakGlass && own.includes(group.id));
    const isNamed = ({ subject: who, effect }: Permission) =>
      effect !== 'deny' &&
      ('everyone' in who || ('person' in who ? who.person === id : own.includes(who.group)));
    return points.length > 0 && (isBreakGlass || permissions.some(isNamed));
  });
  const ids = new Set(people.map(({ id }) => id));
  const credentials = (await all('credential')).filter(
    ({ person, type }) => ids.has(person) && type !== 'bluetooth',
  );
  const rights = permissions.filter(
    ({ subject: who }) => !('person' in who) || ids.has(who.person),
  );
  return {
    person: people,
    credential: credentials,
    permission: rights,
    group: points.length > 0 ? groups : [],
  };
}

describe('device sync over a bad line', function () {
  this.timeout(120_000);

  it('ends in what the gateway should hold, whatever was lost, repeated or late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 5, maxLength: 25 }), async (steps) => {
        const folder = makeFolder();
        const clock = new TestClock(Date.now());
        const pair = await openPair({ folder, clock, accessPoints: points() });
        try {
          const story = new Story(pair, clock);
          await pair.report();
          for (const step of steps) await story.play(step);
          await story.heal();
          const wanted: Record<string, unknown> = await expected(story);
          for (const kind of KINDS) {
            const held = await pair.gateway.find({ kind, limit: 1000 });
            assert.deepEqual(held, wanted[kind], kind);
          }
          await pair.server.compareGateway({ gateway: 'north' });
          const letters = await pair.settle();
          assert.deepEqual(
            letters.map(({ kind }) => kind),
            ['roots'],
          );
        } finally {
          await pair.close();
          removeFolder(folder);
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});

const points = () => SAMPLE_CONFIG.accessPoints.filter(({ id }) => POINTS.includes(id));
