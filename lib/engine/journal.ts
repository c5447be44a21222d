import { toAccessError } from '../model/errors.ts';
import { uuidv7 } from '../model/ids.ts';
import type { EventEntry, RecordBodies, RecordRef, Stream } from '../model/record.ts';
import type { Moment } from './clock-trust.ts';
import type { NewRecord, SideWrite, Store } from './store/store.ts';

export interface Journal {
  /** Appends a record of this moment; resolves after its commit. */
  append<S extends Stream>(
    stream: S,
    body: RecordBodies[S],
    moment: Moment,
    side?: readonly SideWrite[],
  ): Promise<RecordRef>;
  /** Appends an event; an alarm is told to the subscribers once it is committed. */
  event(entry: EventEntry, moment: Moment, side?: readonly SideWrite[]): Promise<RecordRef>;
  /** Appends an event that nobody waits for; a failure of the store shows in the health. */
  note(entry: EventEntry, moment: Moment, side?: readonly SideWrite[]): void;
  /** An event record that goes into a transaction of the store's own. */
  newEvent(entry: EventEntry, moment: Moment): NewRecord<'event'>;
  /** Code of the newest failure to write; undefined once a record was written again. */
  readonly problem: string | undefined;
}

export function createJournal(store: Store, onAlarm: (event: EventEntry) => void): Journal {
  let problem: string | undefined;
  let failures = 0;

  const append: Journal['append'] = async (stream, body, moment, side) => {
    try {
      const ref = await store.append(newRecord(stream, body, moment), side);
      if (failures > 0) recovered(moment);
      return ref;
    } catch (error) {
      problem = toAccessError(error).code;
      failures += 1;
      throw error;
    }
  };

  /** The store writes again: how many records it refused meanwhile must not be forgotten. */
  function recovered(moment: Moment): void {
    const details = { code: problem ?? '', records: failures };
    problem = undefined;
    failures = 0;
    note({ category: 'alarm', code: 'storeFailed', details }, moment);
  }

  const event: Journal['event'] = async (entry, moment, side) => {
    const ref = await append('event', entry, moment, side);
    if (entry.category === 'alarm') onAlarm(entry);
    return ref;
  };

  const note: Journal['note'] = (entry, moment, side) => {
    event(entry, moment, side).catch(() => undefined); // kept in `problem`
  };

  return {
    append,
    event,
    note,
    newEvent: (entry, moment) => newRecord('event', entry, moment),
    get problem() {
      return problem;
    },
  };
}

function newRecord<S extends Stream>(
  stream: S,
  body: RecordBodies[S],
  moment: Moment,
): NewRecord<S> {
  const clock = moment.trusted ? 'trusted' : 'untrusted';
  return { stream, id: uuidv7(moment.now), at: moment.now, clock, body };
}
