import type { SecurityLevel } from './access-point.ts';
import type { Outcome } from './decision.ts';
import type { ReleaseState } from './release.ts';
import type { Reason } from './reasons.ts';

export interface ExplainQuery {
  person: string;
  accessPoint: string;
  /** Milliseconds since 1970 UTC; now if absent. */
  at?: number;
}

/** One permission that speaks about this person and access point, and what it says at the instant. */
export interface ExplainedPermission {
  permission: string;
  effect: 'allow' | 'deny';
  source?: string;
  schedule: string;
  applies: boolean;
  why: 'open' | 'scheduleClosed' | 'notYetValid' | 'expired';
}

/** The rule preview: would this person get in here then, and why (N16)? */
export interface Explanation {
  outcome: Outcome;
  reasons: { reason: Reason; text: string }[];
  person: { id: string; name: string };
  accessPoint: { id: string; name: string };
  at: number;
  /** What has to be presented there at that instant. */
  level: SecurityLevel;
  /** Which of the person's own credentials can satisfy the level; absent types are named. */
  missing: string[];
  permissions: ExplainedPermission[];
  /** At an exit for goods: the open deals of the person, and what each of them still needs. */
  release?: ReleaseState;
  /** When the answer may change next, in milliseconds since 1970 UTC. */
  nextChange?: number;
}
