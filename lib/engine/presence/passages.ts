import type { Decision, Passage } from '../../model/decision.ts';
import { optional } from '../../model/optional.ts';
import type { RecordRef } from '../../model/record.ts';
import { movesSomebody } from '../../policy/presence/stays.ts';
import type { ClockTrust, Moment } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { Site } from '../site.ts';
import type { TransitWrite } from '../store/presence/moves.ts';
import type { Admission } from './admission.ts';
import { RecentGrants } from './decisions.ts';
import type { Reservations } from './reservations.ts';

const DAY = 86_400_000;
const DEFAULT_DAYS = 400;
/** How far ahead of ours the clock of another gateway may be, in milliseconds. */
const AHEAD = 60_000;
/** A passage that is told later than this was not seen by any decision in between. Milliseconds. */
const LATE = 10_000;

interface Parts {
  site: Site;
  trust: ClockTrust;
  journal: Journal;
  admission: Admission;
  reservations: Reservations;
  /** A passage of this gateway is committed. */
  onRecorded: (passage: Passage) => void;
}

/** Records passages, and moves people in the same transaction (D18). */
export class Passages {
  readonly #parts: Parts;
  readonly #grants = new RecentGrants();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A grant has been committed; its passage will name it. */
  granted(decision: Decision): void {
    this.#grants.add(decision);
    this.#parts.reservations.bind(decision.attempt, decision.id);
  }

  /** Resolves after the commit, when everybody is where the passage brings them. */
  async record(passage: Passage, moment: Moment): Promise<RecordRef> {
    const { journal, reservations, onRecorded } = this.#parts;
    const body = this.#completed(passage);
    const isRelevant =
      body.outcome === 'taken' || body.outcome === 'forced' || body.corrects !== undefined;
    const side = isRelevant ? [this.transit(body, moment)] : undefined;
    const ref = await journal.append('passage', body, moment, side);
    if (body.decision !== undefined) reservations.end(body.decision);
    if (isRelevant) onRecorded(body);
    return ref;
  }

  /** The write by which a passage of this gateway moves people. */
  transit(passage: Passage, moment: Moment): TransitWrite {
    const { now, trusted } = moment;
    const late = passage.corrects !== undefined || (trusted && now - passage.at > LATE);
    return {
      kind: 'transit',
      passage,
      placed: this.placed(passage.at, moment),
      clock: trusted ? 'trusted' : 'untrusted',
      late,
      ...optional('now', trusted && !late && passage.author === undefined ? now : undefined),
      keepFrom: this.keepFrom(moment),
    };
  }

  /**
   * The place of a passage in the history. While the clock is not trusted, it comes after all that is known; what
   * would lie in the future happens now.
   */
  placed(at: number, { now, trusted }: Moment): number {
    if (!trusted) return this.#parts.trust.memory().floor;
    return at > now + AHEAD ? now : at;
  }

  /** History before this instant is not kept. */
  keepFrom({ now, trusted }: Moment): number {
    const days = this.#parts.site.settings?.presenceDays ?? DEFAULT_DAYS;
    return trusted ? now - days * DAY : 0;
  }

  #completed(passage: Passage): Passage {
    const decision = this.#grants.find(passage.decision);
    const known = { ...passage, ...(decision === undefined ? {} : holderOf(decision)) };
    return known.outcome === 'taken' && known.person !== undefined ? this.#derived(known) : known;
  }

  /** Zones that nobody told, and a direction that nobody saw, follow from where the person was. */
  #derived(passage: Passage): Passage {
    const { site, admission } = this.#parts;
    const point = site.accessPoint(passage.accessPoint);
    const isClear = movesSomebody(passage) && passage.direction !== 'undefined';
    if (point === undefined || (isClear && point.directionByPosition !== true)) return passage;
    const { direction, ...rest } = passage;
    const way = admission.wayTaken(point, rest.person, direction);
    if (way === undefined) return passage;
    delete rest.zoneFrom;
    delete rest.zoneTo;
    return {
      ...rest,
      direction: way.direction,
      ...optional('zoneFrom', way.from),
      ...optional('zoneTo', way.to),
    };
  }
}

function holderOf({ person, tag, host }: Decision): Partial<Passage> {
  return { ...optional('person', person?.id), ...optional('tag', tag), ...optional('host', host) };
}
