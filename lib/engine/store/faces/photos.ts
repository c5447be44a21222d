import type { DatabaseSync } from 'node:sqlite';
import { present } from '../entities/codec.ts';
import { select } from '../sync/items.ts';

/** Photos on their way to gateways that make the templates themselves, and what became of them. */
export const FACE_PHOTO_TABLES = `
CREATE TABLE face_photo (
  credential TEXT PRIMARY KEY REFERENCES credential (id) ON DELETE CASCADE,
  -- 'here': it is sent to gateways; 'server': a template is to be made of it.
  origin TEXT NOT NULL,
  -- Sealed; NULL once it is needed no more.
  photo BLOB,
  -- At a gateway: 'made', or why no template could be made; NULL before that.
  result TEXT,
  told INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX face_photo_waiting ON face_photo (credential) WHERE origin = 'server' AND photo IS NOT NULL;
CREATE INDEX face_photo_untold ON face_photo (credential) WHERE result IS NOT NULL AND told = 0;
CREATE TABLE face_photo_result (
  credential TEXT NOT NULL REFERENCES face_photo (credential) ON DELETE CASCADE,
  gateway TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (credential, gateway)
) STRICT, WITHOUT ROWID;
`;

/** The result of a photo of which a template was made. */
export const MADE = 'made';

export type PhotoWrite =
  | { kind: 'facePhoto'; credential: string; origin: 'here' | 'server'; photo?: Uint8Array }
  /** The photo is needed no more; why there is no template, if there is none. */
  | { kind: 'facePhotoOver'; credential: string; result: string };

/** Writes photos inside the transaction of the caller. */
export function photoWriter(db: DatabaseSync) {
  const save = db.prepare(
    `INSERT INTO face_photo (credential, origin, photo)
     SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM credential WHERE id = ?1)
     ON CONFLICT DO UPDATE SET photo = excluded.photo, result = NULL, told = 0
       WHERE result IS NOT '${MADE}' AND excluded.photo IS NOT NULL`,
  );
  const over = db.prepare('UPDATE face_photo SET photo = NULL, result = ? WHERE credential = ?');
  return (write: PhotoWrite): void => {
    if (write.kind === 'facePhotoOver') over.run(write.result, write.credential);
    else save.run(write.credential, write.origin, write.photo ?? null);
  };
}

/** A photo of which a template is to be made here. */
export interface WaitingPhoto {
  credential: string;
  person: string;
  sealed: Uint8Array;
}

export function nextPhoto(db: DatabaseSync): WaitingPhoto | undefined {
  const [row] = select<WaitingPhoto>(
    db,
    `SELECT f.credential, c.person, f.photo AS sealed FROM face_photo f
     JOIN credential c ON c.id = f.credential
     WHERE f.origin = 'server' AND f.photo IS NOT NULL ORDER BY f.credential LIMIT 1`,
  );
  return row;
}

/** The photo of a person that stayed after its dispatch. */
export function keptPhoto(
  db: DatabaseSync,
  { person }: { person: string },
): { credential: string; sealed: Uint8Array } | undefined {
  const [row] = select<{ credential: string; sealed: Uint8Array }>(
    db,
    `SELECT f.credential, f.photo AS sealed FROM face_photo f JOIN credential c ON c.id = f.credential
     WHERE f.origin = 'here' AND f.photo IS NOT NULL AND c.person = ?`,
    person,
  );
  return row;
}

/** What was made here of photos, and has to stay when the rest of the credential is written anew. */
export interface MadeTemplate {
  id: string;
  template?: Uint8Array;
  model?: string;
}

export function madeTemplates(
  db: DatabaseSync,
  { credentials }: { credentials: readonly string[] },
): MadeTemplate[] {
  return select<{ id: string; template: Uint8Array | null; model: string | null }>(
    db,
    `SELECT c.id, c.template, c.model FROM credential c JOIN face_photo f ON f.credential = c.id
     WHERE f.origin = 'server' AND c.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(credentials),
  ).map((row) => present<MadeTemplate>(row));
}

/** What became of a photo at a gateway. */
export interface PhotoResult {
  credential: string;
  /** `made`, a flaw of the picture, or the code of an error. */
  result: string;
}

/** Results of which the server has not been told. */
export function untoldResults(db: DatabaseSync, { limit }: { limit: number }): PhotoResult[] {
  return select<PhotoResult>(
    db,
    `SELECT credential, result FROM face_photo WHERE result IS NOT NULL AND told = 0
     ORDER BY credential LIMIT ?`,
    limit,
  );
}

export function markTold(
  db: DatabaseSync,
  { credentials }: { credentials: readonly string[] },
): void {
  db.prepare(
    'UPDATE face_photo SET told = 1 WHERE credential IN (SELECT value FROM json_each(?))',
  ).run(JSON.stringify(credentials));
}

export interface ResultsQuery {
  gateway: string;
  results: readonly PhotoResult[];
  /** Whether photos stay when all gateways have said what became of them. */
  keep: boolean;
  now: number;
}

/** Keeps what a gateway says of the faces that it holds; then photos go that no gateway needs any more. */
export function saveResults(db: DatabaseSync, { gateway, results, keep, now }: ResultsQuery): void {
  const save = db.prepare(
    `INSERT INTO face_photo_result (credential, gateway, result, at)
     SELECT credential, ?2, ?3, ?4 FROM face_photo WHERE credential = ?1
       AND EXISTS (SELECT 1 FROM fleet_item WHERE gateway = ?2 AND kind = 'credential' AND id = ?1)
     ON CONFLICT DO UPDATE SET result = excluded.result, at = excluded.at`,
  );
  for (const { credential, result } of results) save.run(credential, gateway, result, now);
  if (!keep) db.prepare(FORGET_ANSWERED).run();
}

/** Every gateway that shall hold the face has answered, and none is still being looked at. */
const FORGET_ANSWERED = `
  UPDATE face_photo AS f SET photo = NULL
  WHERE origin = 'here' AND photo IS NOT NULL
    AND EXISTS (SELECT 1 FROM face_photo_result WHERE credential = f.credential)
    AND NOT EXISTS (SELECT 1 FROM fleet_gateway WHERE reviewed IS NOT NULL)
    AND NOT EXISTS (
      SELECT 1 FROM fleet_item i WHERE i.kind = 'credential' AND i.id = f.credential
        AND i.wanted IS NOT NULL
        AND i.gateway NOT IN (SELECT gateway FROM face_photo_result WHERE credential = f.credential))`;

/** Whose face has to be enrolled anew, as a photo was of no use or a gateway has another model. */
export interface RefusedFace {
  credential: string;
  person: string;
  gateway: string | null;
  reason: string;
}

export function refusedFaces(
  db: DatabaseSync,
  { after, limit }: { after: string; limit: number },
): RefusedFace[] {
  return select<RefusedFace>(
    db,
    `SELECT * FROM (
       SELECT r.credential, c.person, r.gateway, r.result AS reason
         FROM face_photo_result r JOIN credential c ON c.id = r.credential WHERE r.result <> ?1
       UNION ALL
       SELECT f.credential, c.person, NULL, f.result
         FROM face_photo f JOIN credential c ON c.id = f.credential WHERE f.result <> ?1
       UNION ALL
       SELECT c.id, c.person, i.gateway, 'MODEL_MISMATCH'
         FROM fleet_item i JOIN credential c ON c.id = i.id
         WHERE i.kind = 'credential' AND i.failed LIKE 'MODEL_MISMATCH%')
     WHERE credential > ?2 ORDER BY credential, gateway LIMIT ?3`,
    MADE,
    after,
    limit,
  );
}
