import { AccessError } from '../../model/errors.ts';
import type { Administration } from '../administration.ts';

/** Throws FORBIDDEN for somebody who has not consented to a template of the face, and does not with the request (N15). */
export async function requireConsent(
  administration: Pick<Administration, 'find'>,
  { person, consent }: { person: string; consent?: object | undefined },
): Promise<void> {
  if (consent !== undefined) return;
  const consents = await administration.find({ kind: 'consent', person, limit: 1000 });
  if (consents.some(({ withdrawnAt }) => withdrawnAt === undefined)) return;
  throw new AccessError(
    'FORBIDDEN',
    `person "${person}" has not consented to a template of the face`,
  );
}
