import type { DatabaseSync } from 'node:sqlite';

/** What is kept of faces, in figures about nobody in particular. */
export interface FaceFigures {
  /** People whose templates may be searched: those who have consented. */
  searchable: number;
  /** Photos of which a template is to be made, or that are kept for another one. */
  photos: number;
  consents: ConsentFigures[];
}

/** The consents to one version of a text in one language. */
export interface ConsentFigures {
  text: string;
  language: string;
  given: number;
  /** Of those. */
  withdrawn: number;
  /** When the first and the last were given, in milliseconds since 1970 UTC. */
  first: number;
  last: number;
}

const SEARCHABLE = `SELECT count(DISTINCT c.person) AS n FROM credential c
  WHERE c.type = 'face' AND c.template IS NOT NULL
    AND EXISTS (SELECT 1 FROM consent WHERE person = c.person AND withdrawn_at IS NULL)`;
const PHOTOS = 'SELECT count(*) AS n FROM face_photo WHERE photo IS NOT NULL';
const CONSENTS = `SELECT text, language, count(*) AS given, count(withdrawn_at) AS withdrawn,
    min(at) AS first, max(at) AS last
  FROM consent GROUP BY text, language ORDER BY text, language`;

export function faceFigures(db: DatabaseSync): FaceFigures {
  const count = (sql: string): number => Number(db.prepare(sql).get()?.n);
  return {
    searchable: count(SEARCHABLE),
    photos: count(PHOTOS),
    consents: db.prepare(CONSENTS).all() as unknown as ConsentFigures[],
  };
}
