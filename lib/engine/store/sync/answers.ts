import type { DatabaseSync } from 'node:sqlite';
import { compose, type ComposeQuery, type Composed } from './batches.ts';
import {
  correct,
  gatewayRows,
  lastReport,
  openItems,
  overdue,
  saveReceipt,
  saveReport,
  wantedPage,
  type CorrectQuery,
  type Entry,
  type GatewayRow,
  type ItemRow,
  type PageQuery,
  type ReceiptQuery,
  type ReportQuery,
} from './fleet.ts';
import {
  erasures,
  orderErasure,
  overdueErasures,
  saveErasure,
  waitingErasures,
  type ErasureAnswer,
  type ErasureExtent,
  type ErasureRow,
} from './erasures.ts';
import { markTold, saveResults, type ResultsQuery } from '../faces/photos.ts';
import type { Ended } from '../../../link/receipt.ts';
import { endedHere, heldPage } from './held.ts';
import { refresh } from './refresh.ts';

/** What can be asked and noted of gateways and what they hold. Instants in milliseconds since 1970 UTC. */
export interface SyncQueries {
  report: ReportQuery;
  refresh: { now: number };
  compose: ComposeQuery;
  receipt: ReceiptQuery;
  wanted: PageQuery & { gateway: string };
  held: PageQuery;
  ended: { passes: readonly string[]; deals: readonly string[] };
  correct: CorrectQuery;
  overdue: { before: number };
  gateway: { gateway: string };
  gateways: Record<string, never>;
  items: { gateway: string; limit: number };
  erase: { person: string; what: ErasureExtent; author: string; now: number };
  waitingErasures: { gateway: string; limit: number };
  erased: ErasureAnswer;
  erasures: { person?: string; limit: number };
  overdueErasures: { before: number };
  photosTold: { credentials: readonly string[] };
  photoResults: ResultsQuery;
}

export interface SyncAnswers {
  report: undefined;
  /** Whether changes are left that nobody has looked at, and gateways that have not been gone through. */
  refresh: { more: boolean; reviewing: boolean };
  compose: Composed | 'changing' | undefined;
  receipt: undefined;
  wanted: Entry[];
  held: Entry[];
  ended: Ended[];
  correct: undefined;
  overdue: { gateway: string; items: number; since: number }[];
  gateway: { report: string; received: number } | undefined;
  gateways: { version: number; gateways: GatewayRow[] };
  items: ItemRow[];
  erase: undefined;
  waitingErasures: ErasureRow[];
  /** Whether it was asked for. */
  erased: boolean;
  erasures: ErasureRow[];
  overdueErasures: { gateway: string; items: number; since: number }[];
  photosTold: undefined;
  photoResults: undefined;
}

export type SyncKey = keyof SyncQueries;

const HANDLERS: {
  [K in SyncKey]: (db: DatabaseSync, query: SyncQueries[K]) => unknown;
} = {
  report: saveReport,
  refresh: (db, { now }) => refresh(db, now),
  compose,
  receipt: saveReceipt,
  wanted: wantedPage,
  held: heldPage,
  ended: endedHere,
  correct,
  overdue,
  gateway: lastReport,
  gateways: gatewayRows,
  items: openItems,
  erase: orderErasure,
  waitingErasures,
  erased: saveErasure,
  erasures,
  overdueErasures,
  photosTold: markTold,
  photoResults: saveResults,
};

/** Answers one question, inside the transaction that is open. */
export function answerSync<K extends SyncKey>(
  db: DatabaseSync,
  key: K,
  query: SyncQueries[K],
): SyncAnswers[K] {
  return HANDLERS[key](db, query) as SyncAnswers[K];
}
