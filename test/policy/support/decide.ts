import type { Policy, Verdict } from '../../../lib/policy/policy.ts';
import type { Attempt } from './decision-oracle.ts';

/** Looks up what was presented and asks the policy. */
export function decide(policy: Policy, { items, ...attempt }: Attempt): Verdict {
  return policy.evaluate({
    ...attempt,
    timedOut: false,
    factors: items.map(({ lookup, ...item }) => ({
      ...item,
      credential: policy.findCredential(item.type, lookup),
    })),
  });
}
