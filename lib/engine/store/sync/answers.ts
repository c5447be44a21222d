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
  type HeldQuery,
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
import type { Ended } from '../../../link/sync/receipt.ts';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { endedHere, heldPage } from './held.ts';
import {
  beginMove,
  decide,
  differences,
  endMove,
  moveState,
  saveTaken,
  toTake,
  type DecideQuery,
  type DifferenceRow,
  type DifferencesQuery,
  type MoveState,
  type TakenQuery,
  type ToTakeQuery,
} from './decisions.ts';
import { refresh } from './refresh.ts';
import { sealedPage, type SealedRow } from './sealed.ts';
import { saveShown, toShow, type ShownQuery } from './shown.ts';

/** What can be asked and noted of gateways and what they hold. Instants in milliseconds since 1970 UTC. */
export interface SyncQueries {
  report: ReportQuery;
  refresh: { now: number };
  compose: ComposeQuery;
  receipt: ReceiptQuery;
  wanted: PageQuery & { gateway: string };
  held: HeldQuery;
  sealed: { after: string; limit: number };
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
  beginMove: { gateway: string };
  endMove: { gateway: string };
  moveState: { gateway: string };
  differences: DifferencesQuery;
  decide: DecideQuery;
  toTake: ToTakeQuery;
  taken: TakenQuery;
  toShow: { gateway: string; limit: number };
  shown: ShownQuery;
}

export interface SyncAnswers {
  report: undefined;
  /** Whether changes are left that nobody has looked at, and gateways that have not been gone through. */
  refresh: { more: boolean; reviewing: boolean };
  compose: Composed | 'changing' | undefined;
  receipt: undefined;
  wanted: Entry[];
  held: Entry[];
  sealed: SealedRow[];
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
  beginMove: undefined;
  endMove: undefined;
  moveState: MoveState;
  differences: DifferenceRow[];
  /** Those that were decided. */
  decide: { kind: SyncKind; id: string }[];
  toTake: { kind: SyncKind; id: string }[];
  taken: undefined;
  toShow: { kind: SyncKind; id: string }[];
  shown: undefined;
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
  sealed: sealedPage,
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
  beginMove,
  endMove,
  moveState,
  differences,
  decide,
  toTake,
  taken: saveTaken,
  toShow,
  shown: saveShown,
};

/** Answers one question, inside the transaction that is open. */
export function answerSync<K extends SyncKey>(
  db: DatabaseSync,
  key: K,
  query: SyncQueries[K],
): SyncAnswers[K] {
  return HANDLERS[key](db, query) as SyncAnswers[K];
}
