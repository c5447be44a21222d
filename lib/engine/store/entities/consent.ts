import type { Kysely } from 'kysely';
import type { EntityKind } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import { codecOf, json, plain, referencesIn } from './cells.ts';
import { describe, type Columns } from './codec.ts';
import type { CredentialRow, Rows, Tables } from './tables.ts';

export const consent = codecOf<'consent'>(
  {
    person: plain('person'),
    text: plain('text'),
    language: plain('language'),
    at: plain('at'),
    author: plain('author'),
    guardian: plain('guardian'),
    withdrawnAt: plain('withdrawn_at'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['person', 'person'],
      ['text', 'text'],
      ['language', 'language'],
      ['at', 'at'],
      ['author', 'author'],
    ],
    words: (row) => [row.text, row.author, row.guardian],
    references: (columns) => referencesIn<'consent'>(columns, { person: 'person' }),
  },
);

/** Throws FORBIDDEN for the change at a position if it brings a template of somebody who has not consented. */
export type ConsentCheck = (position: number) => void;

/**
 * Looks up the consents of everybody of whom a change gives a template of the face (N15). `stored` are the rows as
 * they were before, `given` what each change gives.
 */
export async function consentCheck<K extends EntityKind>(
  db: Kysely<Tables>,
  kind: K,
  stored: readonly (Rows[K] | undefined)[],
  given: readonly Partial<Columns<K>>[],
): Promise<ConsentCheck | undefined> {
  if (kind !== 'credential') return undefined;
  const rows = given.map((columns, at) => enrolled(stored[at] as Stored, columns as Given));
  const owners = rows.flatMap((row) => (row === undefined ? [] : [row.person]));
  if (owners.length === 0) return undefined;
  const consents = await db
    .selectFrom('consent')
    .select('person')
    .where('person', 'in', owners)
    .where('withdrawn_at', 'is', null)
    .execute();
  const consenting = new Set(consents.map(({ person }) => person));
  return (position) => {
    const person = rows[position]?.person;
    if (person === undefined || consenting.has(person)) return;
    throw new AccessError(
      'FORBIDDEN',
      `${describe('person', person)} has not consented to a template of the face`,
    );
  };
}

type Stored = CredentialRow | undefined;
type Given = Partial<CredentialRow>;

/** Whose face a change enrols. */
function enrolled(stored: Stored, given: Given): { person: string } | undefined {
  const { person, type } = { ...stored, ...given };
  if (given.template === undefined || type !== 'face' || person === undefined) return undefined;
  return { person };
}
