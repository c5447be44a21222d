import type { DealMark, ReleaseRules } from '../../lib/model/release.ts';
import type { Change } from '../../lib/model/entity.ts';
import { put } from '../engine/reports/support.ts';
import { firms, type ScriptedPerson } from './script.ts';

/** Four kinds of conditions, each of three firms: all marks, payment only, payment or permission in time, nothing. */
const RELEASES: readonly (ReleaseRules | undefined)[] = [
  undefined,
  { buyer: { all: [['payment']] }, supplier: { all: [['documents']] } },
  { buyer: { all: [['goods'], ['payment', 'permission']], minutes: 20 } },
  { buyer: { all: [] }, supplier: { all: [] } },
];

/** What counts where a firm says nothing. */
const USUAL = {
  buyer: ['goods', 'documents', 'payment'],
  supplier: ['goods', 'documents'],
} as const;
const MARKS: readonly DealMark[] = ['goods', 'documents', 'payment', 'permission'];
const MINUTE = 60_000;

interface ScriptedDeal {
  id: string;
  firm: string;
  role: 'buyer' | 'supplier';
  openedAt: number;
  marks: Partial<Record<DealMark, number>>;
}

export interface Errand {
  visitor: string;
  deals: ScriptedDeal[];
  /** When the visitor comes to the gate; the last time is when he leaves, with or without the guard's help. */
  tries: number[];
}

/** The exit for goods, and the cards that visitors show there. */
export const cardOf = (visitor: string): string => `04${visitor.slice(2).padStart(12, '0')}`;

export function releaseOf(firm: string): ReleaseRules | undefined {
  return RELEASES[firms.findIndex(({ id }) => id === firm) % RELEASES.length];
}

/** What each visitor buys or brings while he is there: one firm or two, and marks as they come, or not at all. */
export function errandsOf(visitors: readonly ScriptedPerson[]): Errand[] {
  return visitors.flatMap(({ id, events }, index) => {
    const [first, last] = [events[0], events.at(-1)];
    if (first?.way !== 'in' || last?.way !== 'out') return [];
    const deals = Array.from({ length: 1 + (index % 2) }, (_, place): ScriptedDeal => {
      const number = index * 7 + place * 5;
      const openedAt = first.at + (2 + place) * MINUTE;
      const marked = MARKS.filter((_mark, bit) => ((number * 11 + 5) >> bit) % 4 !== 0);
      return {
        id: `${id}.${place}`,
        firm: firms[number % firms.length]?.id ?? '',
        role: number % 3 === 0 ? 'supplier' : 'buyer',
        openedAt,
        marks: Object.fromEntries(
          marked.map((mark, turn) => [mark, openedAt + (10 + turn * 14) * MINUTE]),
        ),
      };
    });
    return [{ visitor: id, deals, tries: [first.at + 40 * MINUTE, last.at] }];
  });
}

/** Whether all deals of a visitor are cleared at an instant, by reading the conditions as a guard would. */
export function mayLeave(deals: readonly ScriptedDeal[], now: number): boolean {
  return deals.every(({ firm, role, marks }) => {
    const condition = releaseOf(firm)?.[role];
    const isSet = (mark: DealMark): boolean => (marks[mark] ?? Infinity) <= now;
    if (condition === undefined) return USUAL[role].every(isSet);
    if (!condition.all.every((group) => group.some(isSet))) return false;
    const times = condition.all
      .flat()
      .filter(isSet)
      .map((mark) => marks[mark] ?? 0);
    const since = Math.max(...times);
    return condition.minutes === undefined || now - since <= condition.minutes * MINUTE;
  });
}

export function dealChange({ id, firm, role, openedAt }: ScriptedDeal, visitor: string): Change {
  return put('deal', { id, person: visitor, firm, role, openedAt, marks: {} });
}
