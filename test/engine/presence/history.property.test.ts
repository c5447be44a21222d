import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import type { Passage } from '../../../lib/model/decision.ts';
import { optional } from '../../../lib/model/optional.ts';
import { MIGRATIONS } from '../../../lib/engine/store/migrations.ts';
import { askHistory } from '../../../lib/engine/store/presence/history.ts';
import type { Moved, TransitWrite } from '../../../lib/engine/store/presence/moves.ts';
import { stayOfRow } from '../../../lib/engine/store/presence/rows.ts';
import { PresenceWriter } from '../../../lib/engine/store/presence/writer.ts';
import { historyOracle, type Told } from '../../policy/presence/history-oracle.ts';

const PARENTS: Readonly<Record<string, string | undefined>> = {
  yard: undefined,
  office: 'yard',
  vault: 'office',
  hall: undefined,
};
const PLACES = [undefined, ...Object.keys(PARENTS)];
const PERSONS = ['ada', 'ben'];

interface Step {
  person: number;
  from: number;
  to: number;
  minute: number;
  /** Position of an earlier passage that this one corrects, or of one that comes again. */
  other: number;
  kind: 'passage' | 'correction' | 'cancellation' | 'again' | 'undefined' | 'forgive';
}

const step: fc.Arbitrary<Step> = fc.record({
  person: fc.nat(PERSONS.length - 1),
  from: fc.nat(PLACES.length - 1),
  to: fc.nat(PLACES.length - 1),
  // Few minutes, so that many passages share one.
  minute: fc.nat(12),
  other: fc.nat(30),
  kind: fc.constantFrom(
    ...(['passage', 'passage', 'passage', 'passage', 'correction', 'cancellation'] as const),
    ...(['again', 'undefined', 'forgive'] as const),
  ),
});

/** A site of zones without anything else, and the writer that moves people in it. */
function openHistory(): { db: DatabaseSync; writer: PresenceWriter } {
  const db = new DatabaseSync(':memory:');
  for (const migration of MIGRATIONS) db.exec(migration);
  const zone = db.prepare(`INSERT INTO zone (id, name, parent, search) VALUES (?, ?, ?, '')`);
  for (const [id, parent] of Object.entries(PARENTS)) zone.run(id, id, parent ?? null);
  return { db, writer: new PresenceWriter(db) };
}

function told({ person, from, to, minute, kind, other }: Step, n: number, before: Told[]): Told {
  const again = before[other % Math.max(1, before.length)];
  if (kind === 'again' && again !== undefined) return again;
  const corrects = kind === 'correction' || kind === 'cancellation' ? again?.id : undefined;
  const nobody = kind === 'undefined';
  return {
    id: `p${String(n).padStart(4, '0')}`,
    at: minute * 60_000,
    direction: nobody ? 'undefined' : 'in',
    outcome: kind === 'cancellation' ? 'notTaken' : 'taken',
    confirmed: true,
    ...optional('person', nobody ? undefined : PERSONS[person]),
    ...optional('zoneFrom', nobody ? undefined : PLACES[from]),
    ...optional('zoneTo', nobody ? undefined : PLACES[to]),
    ...optional('corrects', corrects),
  };
}

const write = (passage: Passage): TransitWrite => ({
  kind: 'transit',
  passage,
  placed: passage.at,
  clock: 'trusted',
  late: true,
  keepFrom: 0,
});

describe('the history of passages', () => {
  it('is what a calculation from scratch says, in whatever order passages and corrections come', function () {
    this.timeout(60_000);
    const chain = (place: string | undefined): string[] =>
      place === undefined ? [] : [place, ...chain(PARENTS[place])];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { db, writer } = openHistory();
        const all: Told[] = [];
        const mirror = new Map<string, Moved>();
        for (const [n, one] of steps.entries()) {
          const moved =
            one.kind === 'forgive'
              ? writer.forgive({ kind: 'forgive', ...optional('person', PERSONS[one.person]) })
              : writer.record(write(told(one, n, all)), () => undefined);
          if (one.kind !== 'forgive') all.push(told(one, n, all));
          for (const change of moved) mirror.set(change.person, change);
        }
        for (const person of PERSONS)
          compare(db, mirror, person, historyOracle(all, person, chain));
        db.close();
      }),
      { numRuns: 400 },
    );
  });
});

function compare(
  db: DatabaseSync,
  mirror: ReadonlyMap<string, Moved>,
  person: string,
  oracle: ReturnType<typeof historyOracle>,
): void {
  const stays = db
    .prepare('SELECT * FROM stay WHERE person = ? ORDER BY since, zone, n')
    .all(person)
    .map(stayOfRow);
  const plain = (list: readonly object[]) => list.map((stay) => JSON.stringify(stay, KEYS)).sort();
  assert.deepEqual(plain(stays), plain(oracle.stays));
  const row = db.prepare('SELECT * FROM position WHERE person = ?').get(person);
  const known = mirror.get(person)?.position;
  assert.deepEqual(
    [row?.zone ?? undefined, row?.at, row?.passage],
    [oracle.position?.zone, oracle.position?.at, oracle.position?.passage],
  );
  assert.deepEqual([known?.zone, known?.at], [oracle.position?.zone, oracle.position?.at]);
  for (let minute = 0; minute <= 13; minute++) {
    const at = minute * 60_000;
    const past = askHistory(db, 'position', { person, at });
    assert.equal(past?.zone, oracle.zoneAt(at), `${person} at ${at}`);
    const inside = askHistory(db, 'inside', { at }).filter((entry) => entry.person === person);
    assert.deepEqual(
      inside.map(({ zone }) => zone).sort(),
      [...oracle.zonesAt(at)].sort(),
      `${person} inside at ${at}`,
    );
  }
}

const KEYS = ['zone', 'since', 'until', 'entered', 'left', 'enteredBy', 'leftBy'];
