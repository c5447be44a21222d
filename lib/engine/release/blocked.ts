import type { Attempt } from '../../model/attempt.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { Policy, Verdict } from '../../policy/policy.ts';
import { guardText } from '../../policy/release/texts.ts';
import type { Moment } from '../clock-trust.ts';
import type { Site } from '../site.ts';

/** Who is kept in needs a person to talk to: every refusal for goods calls the guard, and says what is missing. */
export function blockedExits(
  { policy, site }: { policy: Policy; site: Site },
  { accessPoint }: Attempt,
  verdict: Verdict,
  { now, trusted }: Moment,
): EventEntry[] {
  if (!verdict.reasons.includes('exitBlocked')) return [];
  const visitors = [verdict.person, verdict.secondPerson].filter((one) => one !== undefined);
  const language = site.settings?.language ?? 'en-US';
  return visitors
    .map(({ id, name }) => ({
      id,
      name,
      state: policy.release.state(id, { instant: now, trusted }),
    }))
    .filter(({ state }) => !state.allowed)
    .map(({ id, name, state }) => ({
      category: 'alarm',
      code: 'exitBlocked',
      ...optional('accessPoint', accessPoint),
      details: {
        reason: 'exitBlocked',
        person: id,
        text: guardText(name, state, language).slice(0, 1024),
      },
    }));
}
