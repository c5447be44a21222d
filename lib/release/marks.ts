import type { Engine } from '../engine/engine.ts';
import { toAccessError, type ErrorCode } from '../model/errors.ts';
import type { MarkAnswer } from '../model/release-requests.ts';
import { isPlainObject } from '../people/plain.ts';
import { markRequest, type MarkContext } from './rows.ts';

/** A row that was not taken, and why. */
export interface Refusal {
  /** Place in the list, from 1. */
  row: number;
  key?: string;
  code: ErrorCode;
  reason: string;
}

/** What became of the rows of a message. */
export interface MarkReport {
  accepted: ({ row: number } & MarkAnswer)[];
  refused: Refusal[];
}

/** Failures of the row itself. After any other the whole message has to come again, which does no harm. */
const OF_THE_ROW: ReadonlySet<ErrorCode> = new Set(['INPUT_INVALID', 'NOT_FOUND', 'CONFLICT']);

/** Marks deals row by row, in their order. Rejects with what keeps the engine from working. */
export async function markAll(
  engine: Pick<Engine, 'markDeal'>,
  rows: readonly unknown[],
  context: MarkContext,
): Promise<MarkReport> {
  const report: MarkReport = { accepted: [], refused: [] };
  for (const [index, given] of rows.entries()) {
    const row = index + 1;
    try {
      report.accepted.push({ row, ...(await engine.markDeal(markRequest(given, context))) });
    } catch (error) {
      report.refused.push(refusalOf(row, given, error));
    }
  }
  return report;
}

function refusalOf(row: number, given: unknown, reason: unknown): Refusal {
  const error = toAccessError(reason);
  if (!OF_THE_ROW.has(error.code)) throw error;
  const key = isPlainObject(given) ? given.key : undefined;
  return {
    row,
    ...(typeof key === 'string' ? { key: key.slice(0, 64) } : {}),
    code: error.code,
    reason: error.message,
  };
}
