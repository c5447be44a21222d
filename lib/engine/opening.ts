import type { Clock } from '../model/clock.ts';
import type { Decision } from '../model/decision.ts';
import { AccessError } from '../model/errors.ts';
import { uuidv7 } from '../model/ids.ts';
import type { AccessEntry } from '../model/record.ts';
import type { ClockTrust } from './clock-trust.ts';
import { toDecision } from './decision.ts';
import type { Grants } from './grants.ts';
import type { Journal } from './journal.ts';
import type { Site } from './site.ts';

/** Why a door is opened for nobody in particular. */
export interface Opening {
  accessPoint: string;
  cause: NonNullable<AccessEntry['opening']>;
}

/** Grants the opening of a door for all. Rejects with NOT_FOUND, or with what the store says. */
export type GrantOpening = (request: Opening) => Promise<Decision>;

interface Parts {
  clock: Clock;
  trust: ClockTrust;
  site: Site;
  journal: Journal;
  grants: Grants;
}

/** Nobody is identified, so nothing is judged; but the row comes before the relay here, too (I1, I3). */
export function createGrantOpening({ clock, trust, site, journal, grants }: Parts): GrantOpening {
  return async ({ accessPoint, cause }) => {
    if (site.accessPoint(accessPoint) === undefined) {
      throw new AccessError('NOT_FOUND', `The access point ${accessPoint} is not configured`);
    }
    const moment = trust.read();
    const started = clock.monotonic();
    const attempt = { id: uuidv7(moment.now), at: moment.now, accessPoint, credentials: [] };
    const verdict = { outcome: 'granted', reasons: [], duress: false, breakGlass: false } as const;
    const decision = toDecision(attempt, { verdict }, moment, site);
    if (cause === 'command') decision.by = 'server';
    await journal.append('access', { decision, credentials: [], opening: cause }, moment);
    const life = decision.validUntil - decision.at;
    grants.add(decision.id, life - (clock.monotonic() - started));
    return decision;
  };
}
