import type { DatabaseSync } from 'node:sqlite';
import { releaseWriter } from './release-state.ts';
import type { SideState, SideWrite } from './store.ts';

/** How long a used token is kept behind the expiry of the newest one, in milliseconds. */
const TOKEN_GRACE = 86_400_000;

/** Lock-outs, used tokens and settings as they were last committed. */
export function loadSideState(db: DatabaseSync): SideState {
  const rows = (sql: string) => db.prepare(sql).all();
  return {
    lockouts: rows('SELECT * FROM lockout').map((row) => ({
      subject: String(row.subject),
      failures: Number(row.failures),
      windowStart: Number(row.window_start),
      until: Number(row.until),
    })),
    usedTokens: rows('SELECT * FROM used_token').map((row) => ({
      token: String(row.token),
      expires: Number(row.expires),
    })),
    settings: Object.fromEntries(
      rows('SELECT * FROM setting').map((row) => [String(row.key), String(row.value)]),
    ),
  };
}

export type SideWriter = ReturnType<typeof sideWriter>;

/** Writes the state that belongs to a record, inside the record's own transaction. */
export function sideWriter(db: DatabaseSync) {
  const lockout = db.prepare(
    `INSERT INTO lockout (subject, failures, window_start, until) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET failures = excluded.failures, window_start = excluded.window_start,
       until = excluded.until`,
  );
  const usedToken = db.prepare(
    `INSERT INTO used_token (token, expires) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET expires = max(expires, excluded.expires)`,
  );
  const setting = db.prepare(
    'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  const release = releaseWriter(db);
  const forget = db.prepare('DELETE FROM used_token WHERE expires < ?');
  return {
    write(side: SideWrite): void {
      switch (side.kind) {
        case 'lockout':
          lockout.run(side.subject, side.failures, side.windowStart, side.until);
          break;
        case 'usedToken':
          usedToken.run(side.token, side.expires);
          forget.run(side.expires - TOKEN_GRACE);
          break;
        case 'setting':
          setting.run(side.key, side.value);
          break;
        default:
          release.write(side);
      }
    },
  };
}
