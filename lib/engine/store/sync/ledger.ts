import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { placeOf } from '../../../server/wanted/order.ts';
import { select, type Item } from './items.ts';

interface Entry {
  kind: SyncKind;
  id: string;
  person: string | null;
  wanted: string | null;
  applied: string | null;
}

const COLUMNS = 'kind, id, person, wanted, applied';

/** Writes down what gateways shall hold; only what is different from before. */
export class Ledger {
  readonly #db: DatabaseSync;
  readonly #now: number;
  readonly #want: StatementSync;
  readonly #drop: StatementSync;
  readonly #forget: StatementSync;

  constructor(db: DatabaseSync, now: number) {
    this.#db = db;
    this.#now = now;
    // Something that is added although it is there has been another person's: it is no mere renewal.
    this.#want = db.prepare(
      `INSERT INTO fleet_item (gateway, kind, id, person, wanted, place, since)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8)
       ON CONFLICT DO UPDATE SET wanted = excluded.wanted, person = excluded.person,
         place = iif(applied IS NULL OR person IS NOT excluded.person, ?6, ?7),
         since = iif(wanted IS applied, excluded.since, since), failed = NULL, tried = NULL`,
    );
    this.#drop = db.prepare(
      `UPDATE fleet_item SET wanted = NULL, place = ?, failed = NULL, tried = NULL,
         since = iif(wanted IS applied, ?, since)
       WHERE gateway = ? AND kind = ? AND id = ?`,
    );
    this.#forget = db.prepare(
      `DELETE FROM fleet_item WHERE gateway = ? AND kind = ? AND id = ? AND wanted IS NULL
         AND applied IS NULL AND number IS NULL`,
    );
  }

  /** All that a gateway shall hold of these people. */
  people(gateway: string, wanted: ReadonlyMap<string, readonly Item[]>): void {
    const known = select<Entry & { person: string }>(
      this.#db,
      `SELECT ${COLUMNS} FROM fleet_item INDEXED BY fleet_item_by_person
       WHERE gateway = ? AND person IN (SELECT value FROM json_each(?))`,
      gateway,
      JSON.stringify([...wanted.keys()]),
    );
    const there = new Set(
      known.flatMap(({ kind, id, applied }) => (kind === 'person' && applied !== null ? [id] : [])),
    );
    const left = byKey(known);
    for (const [person, items] of wanted) {
      for (const item of items) {
        this.#set(gateway, item, left, { person, known: there.has(person) });
      }
    }
    for (const entry of left.values()) this.#unset(gateway, entry);
  }

  /** All that a gateway shall hold that is nobody's. */
  frame(gateway: string, items: readonly Item[]): void {
    const left = byKey(
      select<Entry>(
        this.#db,
        `SELECT ${COLUMNS} FROM fleet_item WHERE gateway = ? AND person IS NULL`,
        gateway,
      ),
    );
    for (const item of items) this.#set(gateway, item, left, { known: true });
    for (const entry of left.values()) this.#unset(gateway, entry);
  }

  /** One item that is nobody's; `items` is empty if the gateway shall not hold it. */
  frameItem(gateway: string, kind: SyncKind, id: string, items: readonly Item[]): void {
    const left = byKey(
      select<Entry>(
        this.#db,
        `SELECT ${COLUMNS} FROM fleet_item WHERE gateway = ? AND kind = ? AND id = ? AND person IS NULL`,
        gateway,
        kind,
        id,
      ),
    );
    for (const item of items) this.#set(gateway, item, left, { known: true });
    for (const entry of left.values()) this.#unset(gateway, entry);
  }

  /** Takes the item out of what is left over. */
  #set(
    gateway: string,
    { kind, id, value, digest }: Item,
    left: Map<string, Entry>,
    { person, known }: { person?: string; known: boolean },
  ): void {
    const before = left.get(`${kind} ${id}`);
    left.delete(`${kind} ${id}`);
    if (before?.wanted === digest) return;
    const isDenial = 'effect' in value && value.effect === 'deny';
    const denies = isDenial ? (known ? 'known' : 'new') : undefined;
    const places = (['add', 'renew'] as const).map((what) => placeOf({ kind, what, denies }));
    const [add = 0, renew = 0] = places;
    this.#want.run(gateway, kind, id, person ?? null, digest, add, renew, this.#now);
  }

  #unset(gateway: string, { kind, id, wanted }: Entry): void {
    if (wanted === null) return;
    this.#drop.run(placeOf({ kind, what: 'drop' }), this.#now, gateway, kind, id);
    this.#forget.run(gateway, kind, id);
  }
}

function byKey(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [`${entry.kind} ${entry.id}`, entry]));
}
