import type { Clock } from '../../model/clock.ts';
import type { Decision, Passage } from '../../model/decision.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry, RecordRef } from '../../model/record.ts';
import type { Policy } from '../../policy/policy.ts';
import { lastTimeOfDay } from '../../policy/presence/reset.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { ForgiveRequest } from '../engine.ts';
import type { Journal } from '../journal.ts';
import type { Site } from '../site.ts';
import type { Moved } from '../store/presence/moves.ts';
import type { SideState, Store } from '../store/store.ts';
import { Admission } from './admission.ts';
import { OccupancyWatch } from './occupancy-watch.ts';
import { Passages } from './passages.ts';
import { Past } from './past.ts';
import { Positions } from './positions.ts';
import { PresenceReports } from './reports.ts';
import { Reservations } from './reservations.ts';
import { Share } from './share.ts';
import { Sharing } from './sharing.ts';

/** How often times of day and silent gateways are looked after, in milliseconds. */
const TICK = 1000;

interface Parts {
  policy: Policy;
  site: Site;
  store: Store;
  journal: Journal;
  trust: ClockTrust;
  clock: Clock;
  side: SideState;
  /** Path of the database. */
  file: string;
  /** A passage that this gateway has seen is committed. */
  onPassage: (passage: Passage) => void;
}

/** Where everybody is, and all that follows from it. */
export class Presence {
  readonly admission: Admission;
  readonly passages: Passages;
  readonly reports: PresenceReports;
  readonly past: Past;
  readonly share: Share;
  readonly sharing: Sharing;
  readonly #parts: Parts;
  readonly #positions: Positions;
  readonly #reservations: Reservations;
  readonly #watch: OccupancyWatch;
  readonly #timer: NodeJS.Timeout;
  #isApart = false;

  constructor(parts: Parts) {
    const { clock, side, policy, trust } = parts;
    this.#parts = parts;
    this.#positions = new Positions(clock);
    this.#reservations = new Reservations(clock);
    this.#watch = new OccupancyWatch(this.#positions);
    this.sharing = new Sharing(clock, side.settings);
    const positions = this.#positions;
    const reservations = this.#reservations;
    this.admission = new Admission({ ...parts, positions, reservations, sharing: this.sharing });
    this.passages = new Passages({
      ...parts,
      admission: this.admission,
      reservations,
      onRecorded: parts.onPassage,
    });
    this.share = new Share({ ...parts, sharing: this.sharing, passages: this.passages });
    this.past = new Past(parts.store, parts.file);
    this.reports = new PresenceReports({ ...parts, past: this.past, positions });
    positions.setTree(policy.zones);
    positions.load(side.positions);
    const { now } = trust.read();
    for (const { zone, person, at } of side.entries) positions.noteEntry(zone, person, at, now);
    this.#watch.look();
    this.#timer = setInterval(() => {
      this.look();
    }, TICK).unref();
  }

  /** Takes over what the store has committed. */
  moved(moved: readonly Moved[]): void {
    const { policy, trust } = this.#parts;
    this.#positions.setTree(policy.zones);
    const { now } = trust.read();
    for (const one of moved) this.#positions.apply(one, now);
    this.#note(this.#watch.look());
  }

  /** Brings times of day, limits and silent gateways up to now; called before every decision and every second. */
  look(): void {
    const { policy, trust } = this.#parts;
    trust.read();
    this.#positions.setTree(policy.zones);
    // The latest time that is known to have been never goes back, whatever a clock does (G13).
    const now = trust.memory().floor;
    for (const { id: zone, antiPassback } of policy.zones.zones) {
      if (antiPassback?.resetAt === undefined) continue;
      const people = this.#positions.reset(
        zone,
        lastTimeOfDay(antiPassback.resetAt, policy.timeZone, now),
      );
      if (people === 0) continue;
      this.#note([{ category: 'system', code: 'positionsReset', details: { zone, people } }]);
    }
    this.#note(this.#watch.look());
    this.#lookForPeers();
  }

  granted(decision: Decision): void {
    this.passages.granted(decision);
  }

  /** A grant that did not come into force. */
  withdrawn(attempt: string): void {
    this.#reservations.cancel(attempt);
  }

  driven(decision: string | undefined): void {
    if (decision !== undefined) this.#reservations.driven(decision);
  }

  /** Makes positions unknown, so that the next passage may begin anywhere; who is inside stays on the muster list. */
  forgive({ person, zone, author, reason }: ForgiveRequest): Promise<RecordRef> {
    const { journal, trust, policy } = this.#parts;
    const details = {
      ...optional('person', person),
      ...optional('zone', zone),
      ...optional('reason', reason),
    };
    const event: EventEntry = {
      category: 'administration',
      code: 'positionsForgiven',
      author,
      details,
    };
    const zones = zone === undefined ? undefined : this.#below(zone, policy);
    const write = {
      kind: 'forgive',
      ...optional('person', person),
      ...optional('zones', zones),
    } as const;
    return journal.event(event, trust.read(), [write]);
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return this.past.close();
  }

  #below(zone: string, { zones }: Policy): string[] {
    const inner = [...zones.zones].map(({ id }) => id).filter((id) => zones.isWithin(id, zone));
    return [...new Set([zone, ...inner])];
  }

  #lookForPeers(): void {
    const { missing } = this.sharing;
    const isApart = missing.length > 0;
    if (isApart === this.#isApart) return;
    this.#isApart = isApart;
    const details = { missing: missing.join(' ').slice(0, 1000) };
    this.#note([
      isApart
        ? { category: 'alarm', code: 'sharedPositionsLost', details }
        : { category: 'alarm', code: 'sharedPositionsBack' },
    ]);
  }

  #note(events: readonly EventEntry[]): void {
    if (events.length === 0) return;
    const moment = this.#parts.trust.read();
    for (const event of events) this.#parts.journal.note(event, moment);
  }
}
