import type { Passage } from '../../model/decision.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry, RecordBodies, Stream } from '../../model/record.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Administration } from '../administration.ts';
import type { Journal } from '../journal.ts';
import type { SideWrite } from '../store/store.ts';
import type { LocalClock } from './local-clock.ts';

interface Parts {
  policy: Policy;
  local: LocalClock;
  change: Administration['change'];
  /** The snapshot could not follow the store: nothing may be decided from it any more. */
  onBehind: (error: unknown) => void;
}

/** A one-off pass that a passage ends. */
interface CheckOut {
  pass: string;
  endedAt: string;
  passage: Passage;
}

/** Named in the administration log where nobody pressed a button. */
const AUTHOR = 'gateway';

/**
 * Lets a one-off pass end with the passage out of its tag, whoever records that passage: the pass ends in the
 * transaction of the record, and the next decision knows it before the record is confirmed (R-073, N11).
 */
export function withCheckOut(journal: Journal, parts: Parts): Journal {
  const { policy, local, change, onBehind } = parts;

  function checkOutOf(passage: Passage): CheckOut | undefined {
    const { tag, direction, outcome, at } = passage;
    if (tag === undefined || direction !== 'out' || outcome !== 'taken') return undefined;
    const pass = policy.oneOffPassOf(tag);
    return pass === undefined ? undefined : { pass, endedAt: local(at), passage };
  }

  /** The pass has ended on the disk already; this tells it to decisions and writes the event. */
  async function follow({ pass, endedAt, passage }: CheckOut): Promise<void> {
    const value = { id: pass, status: 'inactive', end: 'exit', endedAt };
    const options = { author: AUTHOR };
    try {
      await change([{ op: 'update', kind: 'pass', value }], options, checkedOut(pass, passage));
    } catch (error) {
      onBehind(error);
    }
  }

  return {
    ...journal,
    async append<S extends Stream>(
      stream: S,
      body: RecordBodies[S],
      moment: Parameters<Journal['append']>[2],
      side: readonly SideWrite[] = [],
    ) {
      const checkOut = stream === 'passage' ? checkOutOf(body as Passage) : undefined;
      if (checkOut === undefined) return journal.append(stream, body, moment, side);
      const { pass, endedAt } = checkOut;
      const ref = await journal.append(stream, body, moment, [
        ...side,
        { kind: 'passEnded', pass, at: endedAt },
      ]);
      await follow(checkOut);
      return ref;
    },
    get problem() {
      return journal.problem;
    },
  };
}

function checkedOut(pass: string, { id, tag, person, host, accessPoint }: Passage): EventEntry {
  return {
    category: 'administration',
    code: 'checkedOut',
    author: AUTHOR,
    ...optional('accessPoint', accessPoint),
    details: {
      ...{ pass, passage: id },
      ...optional('tag', tag),
      ...optional('person', person),
      ...optional('host', host),
    },
  };
}
