import { randomUUID } from 'node:crypto';
import type { Change } from '../../model/entity.ts';
import type { Administration } from '../administration.ts';
import { requireConsent } from './consents.ts';
import type { Dispatch } from './requests.ts';

/**
 * A new credential, and the changes that make it the only face of its person, with the consent if it comes along.
 * Throws FORBIDDEN without any consent (N15).
 */
export async function onlyFace(
  administration: Pick<Administration, 'find'>,
  { person, author, consent }: Pick<Dispatch, 'person' | 'author' | 'consent'>,
  at: number,
): Promise<{ credential: string; changes: Change[] }> {
  await requireConsent(administration, { person, consent });
  const known = await administration.find({ kind: 'credential', person, limit: 1000 });
  const earlier = known.filter(({ type }) => type === 'face');
  const credential = randomUUID();
  const given = { id: randomUUID(), person, at, author, ...consent };
  const face = { id: credential, person, type: 'face', value: credential };
  return {
    credential,
    changes: [
      ...(consent ? [{ op: 'create', kind: 'consent', value: given } as const] : []),
      { op: 'create', kind: 'credential', value: face },
      ...earlier.map(({ id }) => ({ op: 'delete', kind: 'credential', id }) as const),
    ],
  };
}
