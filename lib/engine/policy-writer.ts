import { AccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import type { Policy, PolicyChange } from '../policy/policy.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Journal } from './journal.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { KeptAnswers } from './online/kept-answers.ts';
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
  /**
   * Commits what the server has sent, each change on its own. `follow` is called when it is committed, in the turn in
   * which the next decision sees it.
   */
  writeSynced(
    changes: readonly PreparedChange[],
    event: EventEntry,
    side: readonly SideWrite[],
    follow?: () => void,
  ): Promise<ChangeOutcome>;
  /** Makes visible what has been committed beside the policy, such as with a record. */
  follow(applied: readonly PolicyChange[]): void;
}

interface Parts {
  policy: Policy;
  store: Store;
  trust: ClockTrust;
  journal: Journal;
  /** What answers of a server end by the changes. */
  kept: Pick<KeptAnswers, 'revokedBy'>;
  /** Told of every change once it is committed and visible. */
  onWritten: (changes: readonly PreparedChange[], applied: readonly PolicyChange[]) => void;
  /** The snapshot could not follow the store: nothing may be decided from it any more. */
  onBehind: (error: unknown) => void;
}

export function createPolicyWriter(parts: Parts): PolicyWriter {
  const { policy, store, trust, journal, kept, onWritten, onBehind } = parts;

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

  function finish(changes: readonly PreparedChange[], outcome: ChangeOutcome): ChangeOutcome {
    takeOver(outcome.applied, outcome.version);
    if (outcome.written > 0) onWritten(changes, outcome.applied);
    return outcome;
  }

  return {
    alone: createLimiter(1),
    async write(changes, atomic, entry, { scope, side = [] } = {}) {
      const event = journal.newEvent(entry, trust.read());
      const all = [...side, ...kept.revokedBy(changes)];
      return finish(changes, await store.change(changes, atomic, event, scope, all));
    },
    async writeSynced(changes, entry, side, follow) {
      const event = journal.newEvent(entry, trust.read());
      const all = [...side, ...kept.revokedBy(changes)];
      const outcome = await store.applySynced(changes, event, all);
      follow?.();
      return finish(changes, outcome);
    },
    follow(applied) {
      takeOver(applied, policy.version);
      parts.onWritten([], applied);
    },
  };
}
