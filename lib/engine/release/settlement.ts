import type { Passage } from '../../model/decision.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry, RecordBodies, Stream } from '../../model/record.ts';
import type { Policy, PolicyChange } from '../../policy/policy.ts';
import type { Settlement } from '../../policy/release/book.ts';
import { holdsGoods } from '../../policy/rules.ts';
import type { Journal } from '../journal.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { Site } from '../site.ts';
import type { SideWrite } from '../store/store.ts';

interface Parts {
  policy: Policy;
  site: Site;
  writer: Pick<PolicyWriter, 'follow'>;
}

const NOTHING: Settlement = { closed: [], used: [], uncleared: [] };

/**
 * Lets deals end with the passage of their visitor out of an exit for goods, whoever records that passage: they are
 * closed in the transaction of the record (D18).
 */
export function withSettlement(journal: Journal, { policy, site, writer }: Parts): Journal {
  /** Only who has really left through an exit for goods has taken them along. */
  function settlementOf({ accessPoint, person, outcome, direction, at }: Passage): Settlement {
    const point = site.accessPoint(accessPoint);
    if (person === undefined || outcome !== 'taken' || direction !== 'out') return NOTHING;
    return point !== undefined && holdsGoods(point) ? policy.release.settle(person, at) : NOTHING;
  }

  return {
    ...journal,
    async append<S extends Stream>(
      stream: S,
      body: RecordBodies[S],
      moment: Parameters<Journal['append']>[2],
      side?: readonly SideWrite[],
    ) {
      if (stream !== 'passage') return journal.append(stream, body, moment, side);
      const passage = body as Passage;
      const settlement = settlementOf(passage);
      const writes = [...(side ?? []), ...writesOf(settlement, passage.at)];
      const ref = await journal.append(stream, body, moment, writes);
      const changes = changesOf(settlement);
      if (changes.length > 0) writer.follow(changes);
      const { uncleared } = settlement;
      if (uncleared.length > 0) journal.note(leftUncleared(passage, uncleared), moment);
      return ref;
    },
    get problem() {
      return journal.problem;
    },
  };
}

function writesOf({ closed, used }: Settlement, at: number): SideWrite[] {
  return [
    ...closed.map((deal) => ({ kind: 'dealClosed', deal, at }) as const),
    ...used.map((id) => ({ kind: 'overrideOver', id }) as const),
  ];
}

function changesOf({ closed, used }: Settlement): PolicyChange[] {
  return [
    ...closed.map((id) => ({ kind: 'deal', delete: id }) as const),
    ...used.map((id) => ({ kind: 'override', delete: id }) as const),
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
