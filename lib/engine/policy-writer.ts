import { AccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import type { Policy, PolicyChange } from '../policy/policy.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Journal } from './journal.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { StoreScope } from './store/entities/scope.ts';
import type { ChangeOutcome, PreparedChange, SideWrite, Store } from './store/store.ts';

/** The way from the store into the snapshot: committed first, then visible to the next decision. */
export interface PolicyWriter {
  /** Runs work that reads and then writes, while nobody else changes what it has read. */
  readonly alone: Limiter;
  /** Commits changes together with their event and side writes, within the scope of a firm if there is one. */
  write(
    changes: readonly PreparedChange[],
    atomic: boolean,
    event: EventEntry,
    more?: { scope?: StoreScope; side?: readonly SideWrite[] },
  ): Promise<ChangeOutcome>;
  /** Makes visible what has been committed beside the policy, such as with a record. */
  follow(applied: readonly PolicyChange[]): void;
}

interface Parts {
  policy: Policy;
  store: Store;
  trust: ClockTrust;
  journal: Journal;
  /** Told of every change once it is committed and visible. */
  onWritten: (changes: readonly PreparedChange[], applied: readonly PolicyChange[]) => void;
  /** The snapshot could not follow the store: nothing may be decided from it any more. */
  onBehind: (error: unknown) => void;
}

export function createPolicyWriter(parts: Parts): PolicyWriter {
  const { policy, store, trust, journal, onBehind } = parts;

  function takeOver(applied: readonly PolicyChange[], version: number): void {
    try {
      policy.apply(applied, version);
    } catch (error) {
      onBehind(error);
      throw new AccessError('INTERNAL', 'The snapshot could not follow the store', {
        cause: error,
      });
    }
  }

  return {
    alone: createLimiter(1),
    async write(changes, atomic, entry, { scope, side } = {}) {
      const event = journal.newEvent(entry, trust.read());
      const outcome = await store.change(changes, atomic, event, scope, side);
      takeOver(outcome.applied, outcome.version);
      if (outcome.written > 0) parts.onWritten(changes, outcome.applied);
      return outcome;
    },
    follow(applied) {
      takeOver(applied, policy.version);
      parts.onWritten([], applied);
    },
  };
}
