import type { DatabaseSync } from 'node:sqlite';

/** A record at a server that tells of a picture. Instants in milliseconds since 1970 UTC. */
export interface Origin {
  /** Whom it is about. */
  person?: string;
  at: number;
  received: number;
  /** When the pictures of that person were erased last. */
  erased?: number;
}

/** The pictures of a person, as records call them. */
export interface PicturesOf {
  own: string[];
  collected: { gateway: string; snapshot: string }[];
}

export interface PictureQueries {
  /** Notes that the pictures of a person are being erased, and says which they are. */
  erasing: { person: string; at: number };
  origins: { gateway: string; snapshot: string };
  /** Own pictures whose person is known, the oldest first. */
  oldest: { limit: number };
  forget: { snapshots: readonly string[] };
}

export interface PictureAnswers {
  erasing: PicturesOf;
  origins: Origin[];
  oldest: string[];
  forget: undefined;
}

export type PictureKind = keyof PictureQueries;

const SNAPSHOT = `json_extract(body, '$.snapshot')`;

const QUERIES: {
  [K in PictureKind]: (db: DatabaseSync, query: PictureQueries[K]) => PictureAnswers[K];
} = {
  erasing(db, { person, at }) {
    db.prepare(
      `INSERT INTO picture_erasure (person, at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
    ).run(person, at);
    const own = db.prepare('SELECT snapshot FROM picture_person WHERE person = ?').all(person);
    const collected = db
      .prepare(
        `SELECT DISTINCT gateway, ${SNAPSHOT} AS snapshot FROM collected_record
         WHERE person = ? AND stream = 'access' AND ${SNAPSHOT} IS NOT NULL`,
      )
      .all(person);
    return {
      own: own.map(({ snapshot }) => String(snapshot)),
      collected: collected.map(({ gateway, snapshot }) => ({
        gateway: String(gateway),
        snapshot: String(snapshot),
      })),
    };
  },
  origins: (db, { gateway, snapshot }) =>
    db
      .prepare(
        `SELECT r.person, r.at, r.received, e.at AS erased FROM collected_record AS r
         LEFT JOIN picture_erasure AS e ON e.person = r.person
         WHERE r.gateway = ? AND ${SNAPSHOT} = ? AND ${SNAPSHOT} IS NOT NULL AND r.stream = 'access'`,
      )
      .all(gateway, snapshot)
      .map(({ person, at, received, erased }) => ({
        at: Number(at),
        received: Number(received),
        ...(typeof person === 'string' ? { person } : {}),
        ...(typeof erased === 'number' ? { erased } : {}),
      })),
  oldest: (db, { limit }) =>
    db
      .prepare('SELECT DISTINCT snapshot FROM picture_person ORDER BY at LIMIT ?')
      .all(limit)
      .map(({ snapshot }) => String(snapshot)),
  forget(db, { snapshots }) {
    db.prepare('DELETE FROM picture_person WHERE snapshot IN (SELECT value FROM json_each(?))').run(
      JSON.stringify(snapshots),
    );
    return undefined;
  },
};

/** Answers a question about pictures, inside the transaction that is open. */
export function askPictures<K extends PictureKind>(
  db: DatabaseSync,
  kind: K,
  query: PictureQueries[K],
): PictureAnswers[K] {
  return QUERIES[kind](db, query);
}

/** Writes whose a picture is, beside its record. */
export interface PictureWrite {
  kind: 'picture';
  snapshot: string;
  person: string;
  at: number;
}

export function pictureWriter(db: DatabaseSync): (write: PictureWrite) => void {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO picture_person (snapshot, person, at) VALUES (?, ?, ?)',
  );
  return ({ snapshot, person, at }) => {
    insert.run(snapshot, person, at);
  };
}
