import { uuidv7 } from '../../model/ids.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { OverrideRequest } from '../../model/release-requests.ts';
import type { ReleaseOverride } from '../../model/release.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import { releaseState } from './queries.ts';

const MINUTE = 60_000;
const DEFAULT_MINUTES = 15;

/** Rejects with NOT_FOUND for an unknown person, or with what the store says. */
export type OverrideRelease = (request: OverrideRequest) => Promise<ReleaseOverride>;

interface Parts {
  policy: Policy;
  trust: ClockTrust;
  journal: Journal;
  writer: PolicyWriter;
}

/** Overrides of guards (D12): recorded first, then good for one exit within their time. */
export function createOverrides({ policy, trust, journal, writer }: Parts): OverrideRelease {
  return async ({ person, reason, author, minutes = DEFAULT_MINUTES, scope }) => {
    const moment = trust.read();
    releaseState(policy, { person, ...optional('scope', scope) }, moment);
    const override: ReleaseOverride = {
      id: uuidv7(moment.now),
      person,
      ...optional('firm', scope?.firm),
      reason,
      author,
      at: moment.now,
      expires: moment.now + minutes * MINUTE,
    };
    const expired = policy.release.expiredOverrides(moment.now);
    await journal.event(eventOf(override), moment, [
      { kind: 'override', override },
      ...expired.map((id) => ({ kind: 'overrideOver', id }) as const),
    ]);
    writer.follow([
      { kind: 'override', put: override },
      ...expired.map((id) => ({ kind: 'override', delete: id }) as const),
    ]);
    return override;
  };
}

function eventOf({ id, person, firm, reason, author, expires }: ReleaseOverride): EventEntry {
  return {
    category: 'administration',
    code: 'releaseOverridden',
    author,
    details: { override: id, person, ...optional('firm', firm), reason, expires },
  };
}
