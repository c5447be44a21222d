import { canonicalValue } from '../model/credential.ts';
import type { Change, EntityKind, StoredEntities } from '../model/entity.ts';
import { optional } from '../model/optional.ts';
import type { EventEntry } from '../model/record.ts';
import type { Policy } from '../policy/policy.ts';
import type { ChangeFailure, ChangeOptions, ChangeReport, FindQuery, FirmScope } from './engine.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { PolicyWriter } from './policy-writer.ts';
import type { FaceSettings } from './faces/settings.ts';
import { prepareChanges } from './prepare.ts';
import type { LocalClock } from './passes/local-clock.ts';
import type { Secrets } from './secrets.ts';
import type { SideWrite, Store } from './store/store.ts';

const DEFAULT_LIMIT = 100;
/** Longest list of ids in an event, in characters; the number of changes is told in any case. */
const MOST_IDS = 1000;

export interface Administration {
  /** `event` tells what happened; by default, what was changed. `side` is committed with the changes. */
  change(
    changes: readonly Change[],
    options: ChangeOptions,
    event?: EventEntry,
    side?: readonly SideWrite[],
  ): Promise<ChangeReport>;
  find<K extends EntityKind>(query: FindQuery<K>): Promise<StoredEntities[K][]>;
}

interface Parts {
  policy: Policy;
  store: Store;
  secrets: Secrets;
  trust: ClockTrust;
  local: LocalClock;
  writer: PolicyWriter;
  faces: Pick<FaceSettings, 'isKeeping'>;
}

export function createAdministration(parts: Parts): Administration {
  const { policy, store, secrets, trust, local, writer } = parts;

  async function change(
    changes: readonly Change[],
    { author, atomic = true, scope }: ChangeOptions,
    entry = changeEvent(changes, author, scope),
    side: readonly SideWrite[] = [],
  ): Promise<ChangeReport> {
    const { ready, failed } = await prepareChanges(changes, author, parts);
    if (ready.length === 0 || (atomic && failed.length > 0)) {
      return { version: policy.version, applied: 0, failed };
    }
    const outcome = await writer.write(
      ready.map((item) => item.change),
      atomic,
      entry,
      {
        side,
        ...optional('scope', scope && { ...scope, today: local(trust.read().now).slice(0, 10) }),
      },
    );
    return {
      version: outcome.version,
      applied: outcome.written,
      failed: merged(failed, outcome.failed, (index) => ready[index]?.index ?? index),
    };
  }

  return {
    change: (...args) => writer.alone(() => change(...args)),
    find({ credential, ...query }) {
      const limited = { limit: DEFAULT_LIMIT, ...query };
      if (credential === undefined) return store.find(limited);
      const { type, value } = credential;
      return store.find({ ...limited, lookup: secrets.lookup(type, canonicalValue(type, value)) });
    },
  };
}

/** Failures of the check and of the store, by their position in the request. */
function merged(
  checked: readonly ChangeFailure[],
  stored: readonly ChangeFailure[],
  positionOf: (index: number) => number,
): ChangeFailure[] {
  const moved = stored.map((failure) => ({ ...failure, index: positionOf(failure.index) }));
  return [...checked, ...moved].sort((a, b) => a.index - b.index);
}

/** Who changed what: numbers and ids of each kind of change, never a value. */
function changeEvent(
  changes: readonly Change[],
  author: string,
  scope: FirmScope | undefined,
): EventEntry {
  const ids = new Map<string, string[]>();
  for (const change of changes) {
    const id = change.op === 'delete' ? change.id : change.value.id;
    const name = `${change.kind}.${change.op}`;
    ids.set(name, [...(ids.get(name) ?? []), typeof id === 'string' ? id : '?']);
  }
  const details: NonNullable<EventEntry['details']> = {
    changes: changes.length,
    ...optional('firm', scope?.firm),
  };
  for (const [name, list] of ids) details[name] = list.join(' ').slice(0, MOST_IDS);
  return { category: 'administration', code: 'changed', author, details };
}
