import type { Firm } from '../../model/firm.ts';
import { optional } from '../../model/optional.ts';
import type { Deal, DealState, ReleaseOverride, ReleaseState } from '../../model/release.ts';
import {
  clearanceOf,
  conditionOf,
  isCleared,
  missingMarks,
  type ReleaseMoment,
} from './conditions.ts';

/** What decisions need of a firm. */
export type ReleaseFirm = Pick<Firm, 'id' | 'name' | 'release'>;

/** A passage follows its decision, and the decision has judged the end of an override. Milliseconds. */
const GRACE = 60_000;

/** What an exit settles: deals and overrides that end with it, and deals that should have kept the visitor in. */
export interface Settlement {
  readonly closed: readonly string[];
  readonly used: readonly string[];
  readonly uncleared: readonly string[];
}

export interface DealFilter {
  person?: string;
  firm?: string;
  reference?: string;
}

/**
 * The open deals of all visitors with the conditions of the firms and the overrides of the guards. Asked at every
 * exit with goods, so it holds nothing that is closed and answers from memory.
 */
export class ReleaseBook {
  readonly #firms = new Map<string, ReleaseFirm>();
  readonly #deals = new Map<string, Deal>();
  readonly #overrides = new Map<string, ReleaseOverride>();
  readonly #dealsOf = new Map<string, Set<Deal>>();
  readonly #overridesOf = new Map<string, Set<ReleaseOverride>>();

  putFirm(firm: ReleaseFirm): void {
    this.#firms.set(firm.id, firm);
  }

  deleteFirm(id: string): void {
    this.#firms.delete(id);
  }

  /** Takes a deal as it is now; a closed one is forgotten. */
  putDeal(deal: Deal): void {
    this.deleteDeal(deal.id);
    if (deal.closedAt !== undefined) return;
    this.#deals.set(deal.id, deal);
    link(this.#dealsOf, deal);
  }

  /** Forgets all that is of a person who does not exist any more. */
  deletePerson(person: string): void {
    for (const { id } of this.#dealsOf.get(person) ?? []) this.deleteDeal(id);
    for (const { id } of this.#overridesOf.get(person) ?? []) this.deleteOverride(id);
  }

  deleteDeal(id: string): void {
    const known = this.#deals.get(id);
    this.#deals.delete(id);
    if (known !== undefined) unlink(this.#dealsOf, known);
  }

  putOverride(override: ReleaseOverride): void {
    this.deleteOverride(override.id);
    this.#overrides.set(override.id, override);
    link(this.#overridesOf, override);
  }

  deleteOverride(id: string): void {
    const known = this.#overrides.get(id);
    this.#overrides.delete(id);
    if (known !== undefined) unlink(this.#overridesOf, known);
  }

  /** Overrides that can count for no passage any more. */
  expiredOverrides(now: number): string[] {
    const expired = [...this.#overrides.values()].filter(({ expires }) => expires + GRACE <= now);
    return expired.map(({ id }) => id);
  }

  /** An open deal. */
  deal(id: string): Deal | undefined {
    return this.#deals.get(id);
  }

  /** The open deals that fit, in the order of their ids. */
  find({ person, firm, reference }: DealFilter): Deal[] {
    const deals = person === undefined ? this.#deals.values() : (this.#dealsOf.get(person) ?? []);
    return [...deals]
      .filter((deal) => firm === undefined || deal.firm === firm)
      .filter((deal) => reference === undefined || deal.reference === reference)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether a deal keeps the visitor in now (D12: one that is not cleared is enough). */
  blocks(person: string, moment: ReleaseMoment): boolean {
    for (const deal of this.#dealsOf.get(person) ?? []) {
      if (!isCleared(this.#clearance(deal, moment)) && !this.#isOverridden(deal, moment))
        return true;
    }
    return false;
  }

  /** Why a visitor may leave or not; `firm` shows the deals of that firm alone, and judges by them alone. */
  state(person: string, moment: ReleaseMoment, firm?: string): ReleaseState {
    const filter = { person, ...optional('firm', firm) };
    const deals = this.find(filter).map((deal) => this.dealState(deal, moment));
    const allowed = deals.every(({ cleared, overridden }) => cleared || overridden === true);
    return { person, allowed, deals };
  }

  dealState(deal: Deal, moment: ReleaseMoment): DealState {
    const clearance = this.#clearance(deal, moment);
    return {
      deal: deal.id,
      firm: { id: deal.firm, name: this.#firms.get(deal.firm)?.name ?? deal.firm },
      role: deal.role,
      ...optional('reference', deal.reference),
      cleared: isCleared(clearance),
      ...clearance,
      ...(this.#isOverridden(deal, moment) ? { overridden: true } : {}),
    };
  }

  /** The next end of a time limit or an override of a visitor; Infinity if there is none. */
  nextChange(person: string, at: number): number {
    const moment = { instant: at, trusted: true };
    const limits = this.find({ person }).map((deal) => this.#clearance(deal, moment).until ?? 0);
    const ends = [...(this.#overridesOf.get(person) ?? [])].map(({ expires }) => expires);
    return Math.min(...[...limits, ...ends].filter((end) => end > at));
  }

  /**
   * What the passage of a visitor settles (D18). The decision has judged the time limit already, so only the marks
   * count here; a deal that was opened later than the passage is none of its business.
   */
  settle(person: string, at: number): Settlement {
    const left = this.find({ person }).filter(({ openedAt }) => openedAt <= at);
    const overrides = [...(this.#overridesOf.get(person) ?? [])].filter((one) => one.at <= at);
    const isPaidFor = (deal: Deal): boolean =>
      missingMarks(deal, this.#condition(deal)).length === 0 ||
      overrides.some((override) => covers(override, deal) && at < override.expires + GRACE);
    return {
      closed: left.filter(isPaidFor).map(({ id }) => id),
      used: overrides.map(({ id }) => id),
      uncleared: left.filter((deal) => !isPaidFor(deal)).map(({ id }) => id),
    };
  }

  #condition({ firm, role }: Deal) {
    return conditionOf(this.#firms.get(firm)?.release, role);
  }

  #clearance(deal: Deal, moment: ReleaseMoment) {
    return clearanceOf(deal, this.#condition(deal), moment);
  }

  /** An override has a time limit: without a clock to trust it does not count. */
  #isOverridden(deal: Deal, { instant, trusted }: ReleaseMoment): boolean {
    if (!trusted) return false;
    for (const override of this.#overridesOf.get(deal.person) ?? []) {
      if (covers(override, deal) && override.at <= instant && instant < override.expires)
        return true;
    }
    return false;
  }
}

function covers({ firm }: ReleaseOverride, deal: Deal): boolean {
  return firm === undefined || firm === deal.firm;
}

function link<T extends { person: string }>(index: Map<string, Set<T>>, item: T): void {
  const items = index.get(item.person);
  if (items === undefined) index.set(item.person, new Set([item]));
  else items.add(item);
}

function unlink<T extends { person: string }>(index: Map<string, Set<T>>, item: T): void {
  const items = index.get(item.person);
  items?.delete(item);
  if (items?.size === 0) index.delete(item.person);
}
