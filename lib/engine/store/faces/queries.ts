import type { DatabaseSync } from 'node:sqlite';
import type { ModelIdentity } from '../../../model/credential.ts';
import { faceFigures, type FaceFigures } from './report.ts';
import {
  keptPhoto,
  madeTemplates,
  nextPhoto,
  refusedFaces,
  untoldResults,
  type MadeTemplate,
  type PhotoResult,
  type RefusedFace,
  type WaitingPhoto,
} from './photos.ts';

/** A template as the store holds it. */
export interface SealedFace {
  credential: string;
  person: string;
  groups: string[];
  model?: ModelIdentity;
  sealed: Uint8Array;
}

/** What can be asked about templates of faces, each with its answer. */
export interface FaceAnswers {
  /** Templates that may be searched, in the order of their credentials. */
  page: SealedFace[];
  /** What has become of the faces that some changes may have touched. */
  touched: { faces: SealedFace[]; others: string[] };
  /** Credentials whose time to be kept is over. */
  expired: string[];
  /** How many templates are stored, and of how many people. */
  count: { templates: number; people: number };
  /** Credentials with a template of a face or a finger of a person. */
  biometrics: string[];
  /** Credentials whose template is of another model than this one. */
  outdated: { credential: string; person: string; model?: ModelIdentity }[];
  nextPhoto: WaitingPhoto | undefined;
  keptPhoto: { credential: string; sealed: Uint8Array } | undefined;
  madeTemplates: MadeTemplate[];
  untoldResults: PhotoResult[];
  refused: RefusedFace[];
  figures: FaceFigures;
}

export interface FaceQueries {
  page: { after: string; limit: number };
  touched: {
    credentials: readonly string[];
    persons: readonly string[];
    consents: readonly string[];
  };
  expired: {
    /** Local time: whoever's validity ended by then. */
    validBefore?: string;
    /** Milliseconds since 1970 UTC: whoever withdrew the consent by then. */
    withdrawnBefore?: number;
    limit: number;
  };
  count: Record<string, never>;
  biometrics: { person: string };
  outdated: { model: ModelIdentity; after: string; limit: number };
  nextPhoto: Record<string, never>;
  keptPhoto: { person: string };
  madeTemplates: { credentials: readonly string[] };
  untoldResults: { limit: number };
  refused: { after: string; limit: number };
  figures: Record<string, never>;
}

export type FaceKind = keyof FaceAnswers;

const TEMPLATES = `credential c WHERE c.type = 'face' AND c.template IS NOT NULL`;
const HAS_PHOTO = `EXISTS (SELECT 1 FROM face_photo WHERE credential = c.id AND photo IS NOT NULL)`;
const CONSENTED = `EXISTS (SELECT 1 FROM consent WHERE person = c.person AND withdrawn_at IS NULL)`;
const COLUMNS = `c.id, c.person, c.model, c.template,
  (SELECT json_group_array(group_id) FROM person_group WHERE person = c.person) AS groups`;

/** Everything about the model of a template is that of the model in the second parameter (N5). */
const SAME_MODEL = (['algorithm', 'version', 'dimension', 'quantisation', 'digest'] as const)
  .map((part) => `json_extract(c.model, '$.${part}') IS json_extract(?2, '$.${part}')`)
  .join(' AND ');

const QUERIES: { [K in FaceKind]: (db: DatabaseSync, query: FaceQueries[K]) => FaceAnswers[K] } = {
  page: (db, { after, limit }) =>
    db
      .prepare(
        `SELECT ${COLUMNS} FROM ${TEMPLATES} AND c.id > ? AND ${CONSENTED} ORDER BY c.id LIMIT ?`,
      )
      .all(after, limit)
      .map(faceOf),
  touched(db, { credentials, persons, consents }) {
    const rows = db
      .prepare(
        `SELECT ${COLUMNS}, ${CONSENTED} AS consented FROM ${TEMPLATES}
          AND (c.id IN (SELECT value FROM json_each(?1))
            OR c.person IN (SELECT value FROM json_each(?2))
            OR c.person IN (SELECT person FROM consent WHERE id IN (SELECT value FROM json_each(?3))))`,
      )
      .all(JSON.stringify(credentials), JSON.stringify(persons), JSON.stringify(consents));
    const faces = rows.filter((row) => row.consented === 1).map(faceOf);
    const kept = new Set(faces.map(({ credential }) => credential));
    const all = [...credentials, ...rows.map((row) => String(row.id))];
    return { faces, others: [...new Set(all)].filter((id) => !kept.has(id)) };
  },
  expired: (db, { validBefore = '', withdrawnBefore = -1, limit }) =>
    db
      .prepare(
        `SELECT c.id FROM credential c JOIN person p ON p.id = c.person
          WHERE c.type = 'face' AND (c.template IS NOT NULL OR ${HAS_PHOTO})
          AND (${ended('p')} OR ${ended('c')}
            OR (NOT ${CONSENTED}
              AND ifnull((SELECT max(withdrawn_at) FROM consent WHERE person = c.person), 0) <= ?2))
          ORDER BY c.id LIMIT ?3`,
      )
      .all(validBefore, withdrawnBefore, limit)
      .map((row) => String(row.id)),
  count(db) {
    const row = db
      .prepare(`SELECT count(*) AS n, count(DISTINCT c.person) AS people FROM ${TEMPLATES}`)
      .get();
    return { templates: Number(row?.n), people: Number(row?.people) };
  },
  biometrics: (db, { person }) =>
    db
      .prepare(
        `SELECT id FROM credential WHERE person = ? AND type IN ('face', 'fingerprint') ORDER BY id`,
      )
      .all(person)
      .map((row) => String(row.id)),
  outdated: (db, { model, after, limit }) =>
    db
      .prepare(
        `SELECT c.id, c.person, c.model FROM ${TEMPLATES} AND c.id > ?1
          AND NOT (${SAME_MODEL}) ORDER BY c.id LIMIT ?3`,
      )
      .all(after, JSON.stringify(model), limit)
      .map((row) => ({ credential: String(row.id), person: String(row.person), ...modelOf(row) })),
  nextPhoto,
  keptPhoto,
  madeTemplates,
  untoldResults,
  refused: refusedFaces,
  figures: faceFigures,
};

/** Answers a question about templates of faces. */
export function askFaces<K extends FaceKind>(
  db: DatabaseSync,
  kind: K,
  query: FaceQueries[K],
): FaceAnswers[K] {
  return QUERIES[kind](db, query);
}

/** Whether a validity, which stands in the row called so, has ended; a bare date includes its whole day. */
function ended(row: string): string {
  const end = `${row}.valid_to`;
  return `(${end} IS NOT NULL AND iif(length(${end}) = 10, ${end} || 'T24', ${end}) <= ?1)`;
}

function faceOf(row: Record<string, unknown>): SealedFace {
  return {
    credential: String(row.id),
    person: String(row.person),
    groups: JSON.parse(String(row.groups)) as string[],
    ...modelOf(row),
    sealed: row.template as Uint8Array,
  };
}

function modelOf(row: Record<string, unknown>): { model?: ModelIdentity } {
  return typeof row.model === 'string' ? { model: JSON.parse(row.model) as ModelIdentity } : {};
}
