import type { AccountingRules } from '../../model/accounting.ts';
import type { Span } from './spans.ts';

/** What one employer counts for one day, if no other does. */
export interface Claim {
  readonly firm: string;
  readonly day: number;
  readonly shift: Span | undefined;
  readonly spans: readonly Span[];
  /** Lower wins. */
  readonly priority: number;
  readonly overlap: AccountingRules['overlap'];
}

/** A stretch that several employers claim with the same right; the first one has got it unless it was split. */
export interface Dispute extends Span {
  readonly claims: readonly Claim[];
}

export interface Shares {
  readonly owned: ReadonlyMap<Claim, readonly Span[]>;
  readonly disputes: readonly Dispute[];
}

/**
 * Gives every minute of a person to one employer at most (D13). A planned minute goes before one that only
 * follows or precedes a plan; what is equal goes by priority, or in equal parts if all rules say so.
 */
export function shareOut(claims: readonly Claim[]): Shares {
  const owned = new Map<Claim, Span[]>(claims.map((claim) => [claim, []]));
  const disputes: Dispute[] = [];
  for (const stretch of stretchesOf(claims)) {
    const [first] = stretch.claims;
    if (first === undefined) continue;
    if (stretch.claims.length > 1) disputes.push(stretch);
    for (const { claim, from, to } of partsOf(stretch, first)) append(owned.get(claim), from, to);
  }
  return { owned, disputes };
}

/** The time line cut wherever the claimants change, each piece with those who have the best right to it. */
function stretchesOf(claims: readonly Claim[]): Dispute[] {
  const stretches: Dispute[] = [];
  const cuts = cutsOf(claims);
  for (const [index, from] of cuts.entries()) {
    const to = cuts[index + 1];
    if (to === undefined) break;
    const best = bestOf(claims, from);
    if (best.length === 0) continue;
    const last = stretches.at(-1);
    if (last?.to === from && isSame(last.claims, best)) {
      stretches[stretches.length - 1] = { ...last, to };
    } else stretches.push({ from, to, claims: best });
  }
  return stretches;
}

function cutsOf(claims: readonly Claim[]): number[] {
  const edges = claims.flatMap(({ spans, shift }) =>
    [...spans, ...(shift === undefined ? [] : [shift])].flatMap(({ from, to }) => [from, to]),
  );
  return [...new Set(edges)].sort((a, b) => a - b);
}

function bestOf(claims: readonly Claim[], minute: number): Claim[] {
  const holds = ({ from, to }: Span): boolean => from <= minute && minute < to;
  const all = claims.filter(({ spans }) => spans.some(holds));
  const planned = all.filter(({ shift }) => shift !== undefined && holds(shift));
  return (planned.length > 0 ? planned : all).sort(byRight);
}

function byRight(a: Claim, b: Claim): number {
  return a.priority - b.priority || byStart(a, b);
}

function byStart(a: Claim, b: Claim): number {
  return (a.shift?.from ?? 0) - (b.shift?.from ?? 0) || (a.firm < b.firm ? -1 : 1);
}

function isSame(a: readonly Claim[], b: readonly Claim[]): boolean {
  return a.length === b.length && a.every((claim, index) => claim === b[index]);
}

function partsOf({ from, to, claims }: Dispute, first: Claim): (Span & { claim: Claim })[] {
  if (!claims.every(({ overlap }) => overlap === 'split')) return [{ claim: first, from, to }];
  const cut = (index: number): number => from + Math.floor(((to - from) * index) / claims.length);
  const inTurn = claims.toSorted(byStart);
  return inTurn.map((claim, index) => ({ claim, from: cut(index), to: cut(index + 1) }));
}

function append(spans: Span[] | undefined, from: number, to: number): void {
  if (spans === undefined || from >= to) return;
  const last = spans.at(-1);
  if (last?.to === from) spans[spans.length - 1] = { from: last.from, to };
  else spans.push({ from, to });
}
