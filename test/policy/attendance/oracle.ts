import { Temporal } from 'temporal-polyfill';
import type { AccountingRules } from '../../../lib/model/accounting.ts';
import type { PersonFacts } from '../../../lib/policy/attendance/attendance.ts';

/**
 * Accounted time once more, slow and obvious: every minute on its own, the wall clock by Temporal. Shares
 * nothing with lib/policy.
 */

export interface OracleSite {
  zone: string;
  rules: ReadonlyMap<string, AccountingRules>;
  asOf: number;
}

export interface OracleDay {
  firm: string;
  date: string;
  factStay: number;
  /** Undefined while the day waits for a correction. */
  owned: number[] | undefined;
  stay: number | undefined;
}

interface Shift {
  from: number;
  to: number;
}

const MINUTE = 60_000;
const HALF_DAY = 720;

class FirmOracle {
  readonly firm: string;
  readonly rules: AccountingRules;
  readonly shifts = new Map<string, Shift>();
  readonly present = new Set<number>();
  readonly fact = new Set<number>();
  readonly reach = new Set<number>();
  /** Entries and exits without counterpart: the minute that was seen, and all minutes of the stay. */
  readonly lone: { minute: number; what: 'entry' | 'exit'; stay: number[] }[] = [];
  readonly #facts: PersonFacts;
  readonly #site: OracleSite;

  constructor(firm: string, facts: PersonFacts, site: OracleSite) {
    this.firm = firm;
    this.rules = site.rules.get(firm) ?? {};
    this.#facts = facts;
    this.#site = site;
    for (const { date, arrival, departure, ...plan } of facts.plans) {
      if (plan.firm !== firm || arrival === undefined || departure === undefined) continue;
      if (this.employed(date) === undefined) continue;
      const end = departure > arrival ? date : plusDays(date, 1);
      const from = this.#at(date, arrival, 'earlier');
      const to = this.#at(end, departure, 'later');
      if (to > from) this.shifts.set(date, { from, to });
    }
    this.#readStays();
  }

  #at(date: string, time: string, disambiguation: 'earlier' | 'later'): number {
    const [day, clock] = time === '24:00' ? [plusDays(date, 1), '00:00'] : [date, time];
    const local = Temporal.PlainDateTime.from(`${day}T${clock}`);
    const zoned = local.toZonedDateTime(this.#site.zone, { disambiguation });
    if (zoned.toPlainDateTime().equals(local)) return zoned.epochMilliseconds / MINUTE;
    // A time that the clock skips: the first minute behind the gap.
    let minute =
      local.subtract({ hours: 3 }).toZonedDateTime(this.#site.zone).epochMilliseconds / MINUTE;
    while (Temporal.PlainDateTime.compare(this.#reading(minute), local) < 0) minute += 1;
    return minute;
  }

  #reading(minute: number): Temporal.PlainDateTime {
    return Temporal.Instant.fromEpochMilliseconds(minute * MINUTE)
      .toZonedDateTimeISO(this.#site.zone)
      .toPlainDateTime();
  }

  midnight(date: string): number {
    return this.#at(date, '00:00', 'earlier');
  }

  #readStays(): void {
    const now = Math.floor(this.#site.asOf / MINUTE);
    const stays = this.#facts.stays.map(({ entered, left, unseenEntry = false }) => ({
      from: Math.floor(entered / MINUTE),
      to: left === undefined ? undefined : Math.floor(left / MINUTE),
      unseenEntry,
    }));
    const corrections = this.#facts.corrections
      .filter(({ firm }) => firm === undefined || firm === this.firm)
      .map(({ from, to, ...rest }) => ({
        ...rest,
        from: this.#at(from.slice(0, 10), from.slice(11), 'earlier'),
        to: this.#at(to.slice(0, 10), to.slice(11), 'later'),
      }))
      .sort((a, b) => a.at - b.at);
    const assumed = new Set<number>();
    const lone = (minute: number): boolean =>
      !corrections.some((one) => one.from <= minute && minute < one.to);
    for (const { from, to, unseenEntry } of stays) {
      for (let minute = from; minute < (to ?? from); minute += 1) this.fact.add(minute);
      const shifts = [...this.shifts.values()];
      const first = unseenEntry ? from - 1 : from;
      const end = Math.max(to ?? from + 1, unseenEntry && to !== undefined ? from : from + 1);
      const stay = Array.from({ length: end - first }, (_, index) => first + index);
      if (unseenEntry && lone(from - 1)) {
        this.lone.push({ minute: from - 1, what: 'entry', stay });
        const near = shifts.filter((shift) => shift.from < from && from <= shift.to + HALF_DAY);
        const ends = stays.map((stay) => stay.to ?? stay.from).filter((end) => end < from);
        const start = Math.max(...near.map((shift) => shift.from), ...ends);
        for (let m = start; near.length > 0 && m < from; m += 1) assumed.add(m);
      }
      if (to === undefined && lone(from)) {
        this.lone.push({ minute: from, what: 'exit', stay });
        const near = shifts.filter((shift) => shift.from - HALF_DAY <= from && from < shift.to);
        const next = stays.map((stay) => stay.from).filter((entry) => entry > from);
        const last = Math.min(...near.map((shift) => shift.to), ...next, now);
        for (let m = from; near.length > 0 && m < last; m += 1) assumed.add(m);
      }
    }
    for (const minute of [...this.fact, ...assumed]) this.reach.add(minute);
    const counted = this.rules.unseen === 'planned' ? this.reach : this.fact;
    for (const minute of counted) this.present.add(minute);
    for (const set of [this.present, this.reach]) {
      for (const { from, to, present } of corrections) {
        for (let minute = from; minute < to; minute += 1) {
          if (present) set.add(minute);
          else set.delete(minute);
        }
      }
      this.#bridge(set);
    }
  }

  #bridge(set: Set<number>): void {
    const minutes = [...set].sort((a, b) => a - b);
    for (const [index, minute] of minutes.entries()) {
      const next = minutes[index + 1] ?? minute;
      if (next - minute - 1 > (this.rules.shortAbsence ?? 0)) continue;
      for (let between = minute + 1; between < next; between += 1) set.add(between);
    }
  }

  change(date: string): number {
    const ending = this.shifts.get(date);
    const coming = this.shifts.get(plusDays(date, 1));
    const midnight = this.midnight(plusDays(date, 1));
    let change = Math.max(midnight, ending?.to ?? midnight);
    if (coming !== undefined) change = Math.min(change, coming.from);
    if (!this.reach.has(change) || !this.reach.has(change - 1)) return change;
    const meets = (shift: Shift | undefined): boolean =>
      this.#run(change).some((m) => shift !== undefined && shift.from <= m && m < shift.to);
    if (meets(coming) && !meets(ending)) {
      while (this.reach.has(change - 1) && change > midnight - HALF_DAY) change -= 1;
      return change;
    }
    const latest = Math.max(change, midnight + HALF_DAY);
    while (this.reach.has(change) && change < latest && change !== coming?.from) change += 1;
    return change;
  }

  #run(minute: number): number[] {
    let first = minute;
    while (this.reach.has(first - 1)) first -= 1;
    const run = [];
    for (let each = first; this.reach.has(each); each += 1) run.push(each);
    return run;
  }

  window(date: string): Shift {
    const from = Math.max(this.change(plusDays(date, -1)), this.change(plusDays(date, -2)));
    return { from, to: Math.max(from, this.change(date)) };
  }

  /** The minute on the wall clock, from the midnight of `date` on. */
  clockMinute(minute: number, date: string): number {
    return Temporal.PlainDateTime.from(`${date}T00:00`)
      .until(this.#reading(minute))
      .total('minutes');
  }

  employed(date: string) {
    return this.#facts.employments.find(
      (one) =>
        one.firm === this.firm && (one.validFrom ?? '') <= date && date <= (one.validTo ?? '9999'),
    );
  }
}

function plusDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

interface Claimed {
  oracle: FirmOracle;
  date: string;
  spans: Set<number>;
  claim: Set<number>;
  shift: Shift | undefined;
  priority: number;
  factStay: number;
  waits: boolean;
  hasRow: boolean;
}

function claimed(
  oracle: FirmOracle,
  others: readonly FirmOracle[],
  date: string,
): Claimed | undefined {
  const employment = oracle.employed(date);
  if (employment === undefined) return undefined;
  const window = oracle.window(date);
  const shift = oracle.shifts.get(date);
  const elsewhere = (run: readonly number[]): boolean =>
    shift === undefined &&
    others.some((other) =>
      [...other.shifts.values()].some(({ from, to }) => run.some((m) => from <= m && m < to)),
    );
  const inside = (set: Set<number>): Set<number> => {
    const kept = new Set<number>();
    let run: number[] = [];
    for (let minute = window.from; minute <= window.to; minute += 1) {
      if (minute < window.to && set.has(minute)) {
        run.push(minute);
        continue;
      }
      if (!elsewhere(run)) for (const each of run) kept.add(each);
      run = [];
    }
    return kept;
  };
  const spans = inside(oracle.present);
  const inWindow = (m: number): boolean => window.from <= m && m < window.to;
  const isNear = ({ minute, what }: FirmOracle['lone'][number]): boolean =>
    shift === undefined &&
    others.some((other) =>
      [...other.shifts.values()].some(({ from, to }) =>
        what === 'entry'
          ? from <= minute && minute < to + HALF_DAY
          : from - HALF_DAY <= minute && minute < to,
      ),
    );
  const here = oracle.lone.filter(({ minute }) => inWindow(minute));
  const lone = here.filter(
    ({ stay }) =>
      !elsewhere(stay.filter(inWindow)) &&
      !here.some((other) => other.stay === stay && isNear(other)),
  );
  const waits = lone.length > 0 && (oracle.rules.unseen ?? 'open') === 'open';
  const counts = !waits && (shift !== undefined || employment.nonWorkingDays === true);
  return {
    oracle,
    date,
    spans,
    shift,
    waits,
    claim: counts ? claimOf(oracle, date, window, shift, spans) : new Set(),
    priority: employment.priority ?? 1000,
    factStay:
      shift === undefined
        ? -1
        : [...oracle.fact].filter((m) => window.from <= m && m < window.to).length,
    hasRow: spans.size > 0 || shift !== undefined,
  };
}

function claimOf(
  oracle: FirmOracle,
  date: string,
  window: Shift,
  shift: Shift | undefined,
  spans: ReadonlySet<number>,
): Set<number> {
  const { earlyArrival, lateDeparture, grace, rounding } = oracle.rules;
  const allowed = (m: number): boolean =>
    window.from <= m &&
    m < window.to &&
    (shift === undefined ||
      ((earlyArrival === true || m >= shift.from) && (lateDeparture === true || m < shift.to)));
  const minutes = [...spans].filter(allowed).sort((a, b) => a - b);
  if (minutes.length === 0) return new Set();
  const first = minutes[0] ?? 0;
  const last = (minutes.at(-1) ?? 0) + 1;
  const isGrid = (m: number): boolean =>
    oracle.clockMinute(m, date) % (rounding?.minutes ?? 1) === 0;
  const move = (from: number, step: -1 | 1): number => {
    const offset = oracle.clockMinute(from, date);
    let moved = 0;
    while ((offset + moved) % (rounding?.minutes ?? 1) !== 0) moved += step;
    return from + moved;
  };
  const rounded = (m: number, step: -1 | 1): number => {
    if (isGrid(m)) return m;
    if (rounding?.favour === 'nearest')
      return m - move(m, -1) < move(m, 1) - m ? move(m, -1) : move(m, 1);
    return move(m, rounding?.favour === 'employer' ? (step === -1 ? 1 : -1) : step);
  };
  let arrival = rounded(first, -1);
  let departure = rounded(last, 1);
  if (shift !== undefined) {
    const late = first - shift.from;
    const early = shift.to - last;
    if (late < 0) arrival = Math.min(arrival, shift.from);
    else arrival = late <= (grace?.late ?? 0) ? shift.from : Math.max(arrival, shift.from);
    if (early < 0) departure = Math.max(departure, shift.to);
    else departure = early <= (grace?.early ?? 0) ? shift.to : Math.min(departure, shift.to);
  }
  const claim = new Set(minutes);
  for (let m = arrival; m < first; m += 1) if (allowed(m)) claim.add(m);
  for (let m = last; m < departure; m += 1) if (allowed(m)) claim.add(m);
  return new Set([...claim].filter((m) => arrival <= m && m < departure));
}

/** The accounted days of a person, and who got which minute. */
export function oracleDays(
  facts: PersonFacts,
  site: OracleSite,
  from: string,
  to: string,
): OracleDay[] {
  const firms = [...new Set(facts.employments.map(({ firm }) => firm))].sort();
  const oracles = firms.map((firm) => new FirmOracle(firm, facts, site));
  const days: Claimed[] = [];
  for (const oracle of oracles) {
    const others = oracles.filter((other) => other !== oracle);
    for (let date = plusDays(from, -2); date <= plusDays(to, 2); date = plusDays(date, 1)) {
      const day = claimed(oracle, others, date);
      if (day !== undefined) days.push(day);
    }
  }
  const owned = sharedOut(days);
  return days
    .filter(({ date, hasRow }) => from <= date && date <= to && hasRow)
    .map((day) => {
      const minutes = (owned.get(day) ?? []).sort((a, b) => a - b);
      return {
        firm: day.oracle.firm,
        date: day.date,
        factStay: day.factStay,
        owned: day.waits ? undefined : minutes,
        stay: day.waits ? undefined : paid(minutes, day.spans, day.oracle.rules),
      };
    });
}

function sharedOut(days: readonly Claimed[]): Map<Claimed, number[]> {
  const owned = new Map<Claimed, number[]>();
  const all = [...new Set(days.flatMap(({ claim }) => [...claim]))].sort((a, b) => a - b);
  let run: number[] = [];
  let holders: Claimed[] = [];
  const give = (): void => {
    const split = holders.every(({ oracle }) => oracle.rules.overlap === 'split');
    for (const [index, minute] of run.entries()) {
      // The part into which the minute falls when the run is cut into equal parts, rounded down.
      let part = 0;
      while (split && Math.floor((run.length * (part + 1)) / holders.length) <= index) part += 1;
      const holder = (split ? holders.toSorted(byStart) : holders)[part];
      if (holder === undefined) continue;
      const own = owned.get(holder) ?? [];
      owned.set(holder, own);
      own.push(minute);
    }
  };
  for (const minute of all) {
    const claims = days.filter(({ claim }) => claim.has(minute));
    const planned = claims.filter(
      ({ shift }) => shift !== undefined && shift.from <= minute && minute < shift.to,
    );
    const best = (planned.length > 0 ? planned : claims).sort(
      (a, b) => a.priority - b.priority || byStart(a, b),
    );
    if (run.at(-1) !== minute - 1 || String(best.map(key)) !== String(holders.map(key))) {
      give();
      run = [];
      holders = best;
    }
    run.push(minute);
  }
  give();
  return owned;
}

function byStart(a: Claimed, b: Claimed): number {
  return (a.shift?.from ?? 0) - (b.shift?.from ?? 0) || (a.oracle.firm < b.oracle.firm ? -1 : 1);
}

function key({ oracle, date }: Claimed): string {
  return `${oracle.firm} ${date}`;
}

function paid(
  minutes: readonly number[],
  spans: ReadonlySet<number>,
  rules: AccountingRules,
): number {
  const own = new Set(minutes);
  let out = 0;
  for (let m = minutes[0] ?? 0; m <= (minutes.at(-1) ?? -1); m += 1) {
    if (!own.has(m) && !spans.has(m)) out += 1;
  }
  let pause = 0;
  let after = -1;
  for (const rule of rules.breaks ?? []) {
    if (rule.after <= minutes.length && rule.after > after)
      [pause, after] = [rule.minutes, rule.after];
  }
  return Math.max(0, minutes.length - Math.max(0, pause - out));
}
