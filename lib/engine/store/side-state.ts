import type { DatabaseSync } from 'node:sqlite';
import { pictureWriter } from '../pictures/queries.ts';
import { keptAnswerWriter, loadKeptAnswers } from './kept-answers.ts';
import { releaseWriter } from './release-state.ts';
import type { Moved } from './presence/moves.ts';
import { positionOfRow } from './presence/rows.ts';
import { PresenceWriter, type Report } from './presence/writer.ts';
import type { SideState, SideWrite } from './store.ts';
import { syncedWriter } from './sync/synced.ts';

/** How long a used token is kept behind the expiry of the newest one, in milliseconds. */
const TOKEN_GRACE = 86_400_000;
/** The longest time for which nobody may enter a zone again, in milliseconds. */
const ENTRY_GRACE = 86_400_000;

/** Lock-outs, used tokens, settings and positions as they were last committed. */
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
    keptAnswers: loadKeptAnswers(db),
    positions: rows('SELECT * FROM position').map(positionOfRow),
    entries: rows(
      `SELECT person, zone, max(entered) AS at FROM stay
       WHERE since > (SELECT ifnull(max(since), 0) FROM stay) - ${ENTRY_GRACE} AND entered IS NOT NULL
       GROUP BY person, zone`,
    ).map((row) => ({ person: String(row.person), zone: String(row.zone), at: Number(row.at) })),
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
  const synced = syncedWriter(db);
  const keptAnswers = keptAnswerWriter(db);
  const picture = pictureWriter(db);
  const passEnded = db.prepare(
    `UPDATE pass SET status = 'inactive', "end" = 'exit', ended_at = ? WHERE id = ? AND status = 'active'`,
  );
  const forget = db.prepare('DELETE FROM used_token WHERE expires < ?');
  const presence = new PresenceWriter(db);
  return {
    /** Returns who is elsewhere after it; `report` takes events into the same transaction. */
    write(side: SideWrite, report: Report): Moved[] {
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
        case 'passEnded':
          passEnded.run(side.at, side.pass);
          break;
        case 'syncedSecret':
          synced(side);
          break;
        case 'picture':
          picture(side);
          break;
        case 'transit':
          return presence.record(side, report);
        case 'forgive':
          return presence.forgive(side);
        case 'answerKept':
        case 'answersOver':
          keptAnswers.write(side);
          break;
        default:
          release.write(side);
      }
      return [];
    },
  };
}
