import type { DatabaseSync } from 'node:sqlite';

/** What moves somebody, in the order in which it happened. */
const MOVING = `person = ? AND superseded = 0 AND outcome = 'taken'
  AND (zone_from IS NOT NULL OR zone_to IS NOT NULL)`;

export type PresenceStatements = ReturnType<typeof presenceStatements>;

export function presenceStatements(db: DatabaseSync) {
  return {
    known: db.prepare('SELECT 1 FROM transit WHERE id = ?'),
    transit: db.prepare('SELECT * FROM transit WHERE id = ?'),
    siblings: db.prepare('SELECT * FROM transit WHERE corrects = ? ORDER BY id'),
    insert: db.prepare(
      `INSERT INTO transit (id, placed, at, clock, gateway, person, tag, host, access_point, direction, outcome,
         confirmed, zone_from, zone_to, decision, corrects, reason, author, superseded)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    supersede: db.prepare('UPDATE transit SET superseded = 1 WHERE id = ?'),
    notLater: db.prepare('UPDATE transit SET placed = ? WHERE person = ? AND placed > ?'),
    movingFrom: db.prepare(
      `SELECT * FROM transit WHERE ${MOVING} AND placed >= ? ORDER BY placed, n`,
    ),
    movingBefore: db.prepare(
      `SELECT * FROM transit WHERE ${MOVING} AND placed < ? ORDER BY placed DESC, n DESC LIMIT 1`,
    ),
    unseenExits: db.prepare(
      `SELECT * FROM stay WHERE person = ? AND until >= ? AND "left" IS NULL ORDER BY n`,
    ),
    dropStays: db.prepare('DELETE FROM stay WHERE person = ? AND since >= ?'),
    reopen: db.prepare(
      `UPDATE stay SET until = NULL, "left" = NULL, left_by = NULL WHERE person = ? AND until >= ?`,
    ),
    openStays: db.prepare('SELECT * FROM stay WHERE person = ? AND until IS NULL ORDER BY n'),
    addStay: db.prepare(
      `INSERT INTO stay (person, zone, tag, since, until, entered, "left", entered_by, left_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    endStay: db.prepare('UPDATE stay SET until = ?, "left" = ?, left_by = ? WHERE n = ?'),
    parent: db.prepare('SELECT parent, anti_passback FROM zone WHERE id = ?'),
    position: db.prepare('SELECT * FROM position WHERE person = ?'),
    setPosition: db.prepare(
      `INSERT INTO position (person, zone, at, passage, tag, forgiven) VALUES (?, ?, ?, ?, ?, 0)
       ON CONFLICT DO UPDATE SET forgiven = iif(passage = excluded.passage, forgiven, 0), zone = excluded.zone,
         at = excluded.at, passage = excluded.passage, tag = excluded.tag`,
    ),
    dropPosition: db.prepare('DELETE FROM position WHERE person = ? AND at >= ?'),
    forgive: db.prepare(
      `UPDATE position SET forgiven = 1 WHERE forgiven = 0 AND (?1 IS NULL OR person = ?1)
         AND (?2 IS NULL OR zone IN (SELECT value FROM json_each(?2))) RETURNING person`,
    ),
    pruneTransits: db.prepare(
      'DELETE FROM transit WHERE n IN (SELECT n FROM transit WHERE placed < ? ORDER BY placed LIMIT 8)',
    ),
    pruneStays: db.prepare(
      'DELETE FROM stay WHERE n IN (SELECT n FROM stay WHERE since < ?1 AND until < ?1 ORDER BY since LIMIT 8)',
    ),
  };
}
