import { sql, type Kysely } from 'kysely';
import type { CredentialStatus, CredentialType } from '../../../model/credential.ts';
import { optional } from '../../../model/optional.ts';
import type { PolicyChange, PolicyCredential } from '../../../policy/policy.ts';
import { runCompiled } from './compiled.ts';
import type { Tables } from './tables.ts';

type OwnCells = [
  ...[id: string, person: string, type: CredentialType, lookup: string],
  ...[status: CredentialStatus | null, validFrom: string | null, validTo: string | null],
  ...[duress: number | null, token: number, passes: number],
];
type PassCells = [
  ...[pass: string | null, validFrom: string | null, validTo: string | null],
  ...[suspendedUntil: string | null, host: string | null, oneOffPass: string | null],
];
/** What is read of a credential and of the pass that makes it somebody's tag, in this order. */
export type CredentialCells = [...OwnCells, ...PassCells];
/** Where the cells of the pass begin. */
const PASS_CELLS = 10;

/**
 * The credentials with their active passes. A pass is suspended until the one that stands in for it ends;
 * a bare date as an end includes its day.
 */
export const CREDENTIALS_WITH_PASSES = `
  SELECT c.id, ifnull(p.person, c.person) AS person, c.type, c.lookup, c.status, c.valid_from, c.valid_to, c.duress,
    c.token_key IS NOT NULL AS token,
    p.id IS NOT NULL OR EXISTS (SELECT 1 FROM pass WHERE tag = c.id) AS passes,
    p.id AS pass, p.valid_from AS pass_from, p.valid_to AS pass_to,
    iif(p.id IS NULL, NULL, (SELECT max(iif(length(valid_to) = 10, date(valid_to, '+1 day'), ifnull(valid_to, '9999-12-31')))
      FROM pass WHERE replaces = p.id AND status = 'active')) AS suspended_until,
    p.host, iif(p.type = 'oneOff', p.id, NULL) AS one_off_pass
  FROM credential c LEFT JOIN pass p ON p.tag = c.id AND p.status = 'active'`;

/**
 * A credential as decisions see it. One that has ever been given out as a tag opens only with an active
 * pass, for the person of that pass, and only while both are valid.
 */
export function policyCredential(cells: CredentialCells): PolicyCredential {
  const [id, person, type, lookup, status, validFrom, validTo, duress, token, passes] = cells;
  const credential: PolicyCredential = {
    id,
    person,
    type,
    lookup,
    status: status ?? 'active',
    duress: duress === 1,
    token: token === 1,
  };
  if (validFrom !== null) credential.validFrom = validFrom;
  if (validTo !== null) credential.validTo = validTo;
  return passes === 0 ? credential : asTag(credential, cells);
}

function asTag(credential: PolicyCredential, cells: CredentialCells): PolicyCredential {
  const [pass, passFrom, passTo, suspendedUntil, host, oneOffPass] = cells.slice(
    PASS_CELLS,
  ) as PassCells;
  const isFree = credential.status === 'active' && pass === null;
  return {
    ...credential,
    ...(isFree && { status: 'returned' }),
    ...optional('validFrom', latest([credential.validFrom, passFrom, suspendedUntil])),
    ...optional('validTo', earliest([credential.validTo, passTo])),
    ...optional('host', host ?? undefined),
    ...optional('oneOffPass', oneOffPass ?? undefined),
  };
}

type Time = string | null | undefined;

function latest(starts: readonly Time[]): string | undefined {
  return sortedBy(starts, (start) => (start.includes('T') ? start : `${start}T00:00`)).at(-1);
}

function earliest(ends: readonly Time[]): string | undefined {
  return sortedBy(ends, (end) => (end.includes('T') ? end : `${end}T24`)).at(0);
}

function sortedBy(times: readonly Time[], key: (time: string) => string): string[] {
  const known = times.filter((time) => time !== null && time !== undefined);
  return known.length < 2 ? known : known.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** What decisions have to know of these credentials now. */
export async function tagChanges(
  db: Kysely<Tables>,
  credentials: readonly string[],
): Promise<PolicyChange[]> {
  if (credentials.length === 0) return [];
  const ids = [...new Set(credentials)];
  const list = () => sql.join(ids.map(() => sql`${null}`));
  const rows = await runCompiled<object>(db, `tags ${ids.length}`, ids, () => ({
    compile: () =>
      sql<object>`${sql.raw(CREDENTIALS_WITH_PASSES)} where c.id in (${list()}) order by c.id`.compile(
        db,
      ),
  }));
  return rows.map((row) => ({
    kind: 'credential',
    put: policyCredential(Object.values(row) as CredentialCells),
  }));
}

/** The tags of these passes and of those for which they stand in. */
export async function tagsOf(db: Kysely<Tables>, passes: readonly string[]): Promise<string[]> {
  if (passes.length === 0) return [];
  const rows = await db
    .selectFrom('pass as p')
    .leftJoin('pass as replaced', 'replaced.id', 'p.replaces')
    .select(['p.tag', 'replaced.tag as replaced'])
    .where('p.id', 'in', passes)
    .execute();
  return rows.flatMap(({ tag, replaced }) => (replaced === null ? [tag] : [tag, replaced]));
}

/** Leaves the tags of a person that others hold to their holders. */
export async function handOver(db: Kysely<Tables>, person: string): Promise<void> {
  await sql`
    update credential set person = p.person from pass p
    where credential.person = ${person} and p.tag = credential.id and p.status = 'active'
      and p.person <> ${person}`.execute(db);
}
