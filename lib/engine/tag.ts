import { optional } from '../model/optional.ts';
import type { Policy, Verdict } from '../policy/policy.ts';
import type { Identified } from './identify.ts';

/** The credential by which somebody was recognised, and whom they visit if they are a guest (N11). */
export interface Tag {
  id: string;
  host?: string;
}

/** The tag of the person in a verdict: what they carry rather than what they know. */
export function tagOf(
  policy: Policy,
  identified: readonly Identified[],
  { person }: Verdict,
): Tag | undefined {
  if (person === undefined) return undefined;
  const theirs = identified
    .filter(({ factor }) => factor.credential >= 0)
    .map(({ factor }) => ({ ...factor, ...policy.credentialAt(factor.credential) }))
    .filter((credential) => credential.person === person.id);
  const tag = theirs.find(({ type }) => type !== 'pin') ?? theirs[0];
  return tag && { id: tag.id, ...optional('host', tag.host) };
}

/** What an alarm says of a person. */
export function alarmDetails(person: string, tag: Tag | undefined): Record<string, string> {
  return { person, ...optional('host', tag?.host) };
}
