import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { OpenDeal, OpenDealsQuery, ReleaseQuery } from '../../model/release-requests.ts';
import type { ReleaseState } from '../../model/release.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Moment } from '../clock-trust.ts';

const DEFAULT_LIMIT = 100;

/** Whether a visitor may leave now; for a firm, as far as its own deals go. Throws NOT_FOUND for an unknown person. */
export function releaseState(
  policy: Policy,
  { person, scope }: ReleaseQuery,
  { now, trusted }: Moment,
): ReleaseState {
  const state = policy.release.state(person, { instant: now, trusted }, scope?.firm);
  const isStranger = scope === undefined ? !policy.hasPerson(person) : state.deals.length === 0;
  if (!isStranger) return state;
  throw new AccessError('NOT_FOUND', `person "${person}" does not exist or has no open deal`);
}

/** Open deals with what each of them still needs. */
export function openDeals(
  policy: Policy,
  { person, firm, reference, after = '', limit = DEFAULT_LIMIT, scope }: OpenDealsQuery,
  { now, trusted }: Moment,
): OpenDeal[] {
  if (scope !== undefined && firm !== undefined && firm !== scope.firm) return [];
  const filter = {
    ...optional('person', person),
    ...optional('firm', scope?.firm ?? firm),
    ...optional('reference', reference),
  };
  return policy.release
    .find(filter)
    .filter(({ id }) => id > after)
    .slice(0, limit)
    .map((deal) => ({
      ...policy.release.dealState(deal, { instant: now, trusted }),
      person: deal.person,
      openedAt: deal.openedAt,
      marks: deal.marks,
    }));
}
