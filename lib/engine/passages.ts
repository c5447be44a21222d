import type { Passage } from '../model/decision.ts';
import { optional } from '../model/optional.ts';
import type { EventEntry, RecordRef } from '../model/record.ts';
import type { Policy, PolicyChange } from '../policy/policy.ts';
import type { Settlement } from '../policy/release/book.ts';
import { holdsGoods } from '../policy/rules.ts';
import type { Moment } from './clock-trust.ts';
import type { Journal } from './journal.ts';
import type { PolicyWriter } from './policy-writer.ts';
import type { Site } from './site.ts';

/** Records a passage together with all that follows from it (D18). */
export type RecordPassage = (passage: Passage, moment: Moment) => Promise<RecordRef>;

interface Parts {
  policy: Policy;
  site: Site;
  journal: Journal;
  writer: PolicyWriter;
}

const NOTHING: Settlement = { closed: [], used: [], uncleared: [] };

export function createPassages({ policy, site, journal, writer }: Parts): RecordPassage {
  /** Only who has really left through an exit for goods has taken them along. */
  function settlementOf({ accessPoint, person, outcome, direction, at }: Passage): Settlement {
    const point = site.accessPoint(accessPoint);
    if (person === undefined || outcome !== 'taken' || direction !== 'out') return NOTHING;
    return point !== undefined && holdsGoods(point) ? policy.release.settle(person, at) : NOTHING;
  }

  return async (passage, moment) => {
    const { closed, used, uncleared } = settlementOf(passage);
    const ref = await journal.append('passage', passage, moment, [
      ...closed.map((deal) => ({ kind: 'dealClosed', deal, at: passage.at }) as const),
      ...used.map((id) => ({ kind: 'overrideOver', id }) as const),
    ]);
    if (closed.length + used.length > 0) writer.follow(forgotten(closed, used));
    if (uncleared.length > 0) journal.note(leftUncleared(passage, uncleared), moment);
    return ref;
  };
}

function forgotten(deals: readonly string[], overrides: readonly string[]): PolicyChange[] {
  return [
    ...deals.map((id) => ({ kind: 'deal', delete: id }) as const),
    ...overrides.map((id) => ({ kind: 'override', delete: id }) as const),
  ];
}

/** Somebody is gone with goods that nobody has cleared: the deal stays open and the guard is told. */
function leftUncleared({ id, accessPoint, person }: Passage, deals: readonly string[]): EventEntry {
  return {
    category: 'alarm',
    code: 'leftUncleared',
    ...optional('accessPoint', accessPoint),
    details: { passage: id, person: person ?? null, deals: deals.join(' ').slice(0, 1000) },
  };
}
