import type { DatabaseSync } from 'node:sqlite';
import type { ClockState, EventEntry } from '../../model/record.ts';
import { collectedCalls } from '../collected/service.ts';
import { outgoingBatch, outgoingStreams } from '../outgoing/read.ts';
import { askPictures } from '../pictures/queries.ts';
import { saveAccounted } from './accounted-days.ts';
import { canonicalJson } from './canonical.ts';
import type { StoreScope } from './entities/scope.ts';
import type { LogDraft } from './log-draft.ts';
import type { Append, Calls } from './protocol.ts';
import { askFaces } from './faces/queries.ts';
import { askHistory } from './presence/history.ts';
import type { Moved } from './presence/moves.ts';
import { newestRecords, recordsAfter } from './records.ts';
import { usedKey } from './release-state.ts';
import type { ChangeOutcome, NewRecord, PreparedChange, SideWrite } from './store.ts';
import type { Writer } from './writer.ts';

/** The calls as the writer's thread answers them. */
export type Service = {
  [M in keyof Calls]: (
    ...args: Parameters<Calls[M]>
  ) => ReturnType<Calls[M]> | Promise<ReturnType<Calls[M]>>;
};

export function serviceOf(writer: Writer): Service {
  return {
    change: (...args) => change(writer, ...args),
    markKey: (firm, source, key) => usedKey(writer.session.db, firm, source, key),
    find: async (query) => (await writer.session.policy()).find(query),
    secrets: async (id) => (await writer.session.policy()).secrets(id),
    history: (kind, query) => askHistory(writer.session.db, kind, query as never),
    faces: (kind, query) => askFaces(writer.session.db, kind, query as never),
    pictures: (kind, query) =>
      writer.transaction((_draft, { db }) => askPictures(db, kind, query as never)),
    readRecords: (stream, after, limit) => recordsAfter(writer.session.db, stream, after, limit),
    recentRecords: (stream, limit) => newestRecords(writer.session.db, stream, limit),
    acknowledge: (stream, seq) =>
      writer.transaction((draft) => {
        draft.acknowledge(stream, seq);
      }),
    outgoingStreams: () => outgoingStreams(writer.session.db, writer.heads),
    outgoingBatch: (query) => outgoingBatch(writer.session.db, writer.heads, query),
    renewIdentity: () =>
      writer.transaction((draft) => {
        draft.renew();
      }),
    ...collectedCalls(writer),
    saveAccounted: (days) =>
      writer.transaction((_draft, { db }) => {
        saveAccounted(db, days);
      }),
    setLimits: (limits) => writer.setLimits(limits),
    sync: async (key, query) => {
      const { answerSync } = await import('./sync/answers.ts');
      return writer.transaction((_draft, { db }) => answerSync(db, key, query as never));
    },
    applySynced: (...args) => applySynced(writer, ...args),
    health: () => writer.health(),
    close: () => writer.close(),
  };
}

/** Commits everything that waits in one transaction; returns the numbers, in order, and who has moved. */
export function appendAll(
  writer: Writer,
  appends: readonly Append[],
): Promise<{ seqs: number[]; moved: Moved[] }> {
  return writer.transaction((draft, { side }) => {
    const moved: Moved[] = [];
    const report = reportTo(draft);
    const seqs = appends.map(([stream, id, at, clock, body, sides]) => {
      for (const write of sides ?? []) moved.push(...side.write(write, report));
      return draft.append(stream, { id, at, clock, body });
    });
    return { seqs, moved };
  });
}

function reportTo(draft: LogDraft): (event: EventEntry) => void {
  return (event) => {
    draft.event(event);
  };
}

/** What the engine said of the clock in the newest of these records. */
export function clockOf(appends: readonly Append[]): ClockState | undefined {
  return appends.at(-1)?.[3];
}

/** Thrown to undo a transaction that leads to an answer all the same. */
class Undone extends Error {
  readonly outcome: ChangeOutcome;

  constructor(outcome: ChangeOutcome) {
    super('nothing was changed');
    this.outcome = outcome;
  }
}

/**
 * Changes the policy and writes its event, or does neither. The details of the event get the new version
 * and how many changes were applied and refused.
 */
async function change(
  writer: Writer,
  changes: readonly PreparedChange[],
  atomic: boolean,
  event: NewRecord<'event'>,
  scope?: StoreScope,
  side: readonly SideWrite[] = [],
): Promise<ChangeOutcome> {
  await writer.session.policy(); // Loaded before the transaction, so that no record waits for it.
  try {
    return await writer.transaction(async (draft, session) => {
      const policy = await session.policy();
      const { applied, written, failed } = await policy.apply(changes, atomic, scope);
      if (written === 0 || (atomic && failed.length > 0)) {
        throw new Undone({ version: await policy.version(), applied: [], written: 0, failed });
      }
      const outcome = { version: await policy.raiseVersion(), applied, written, failed };
      for (const write of side) session.side.write(write, reportTo(draft));
      draft.append('event', { ...event, body: eventBody(event, outcome) });
      return outcome;
    });
  } catch (error) {
    if (error instanceof Undone) return error.outcome;
    throw error;
  }
}

/** A tag that goes takes the history of its passes along. */
function forgetPasses(db: DatabaseSync, changes: readonly PreparedChange[]): void {
  const tags = changes.flatMap((item) =>
    item.op === 'delete' && item.kind === 'credential' ? [item.id] : [],
  );
  if (tags.length === 0) return;
  db.prepare('DELETE FROM pass WHERE tag IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(tags),
  );
}

/** Carries out what the server has sent, each change on its own, and notes in any case that it has come. */
async function applySynced(
  writer: Writer,
  changes: readonly PreparedChange[],
  event: NewRecord<'event'>,
  side: readonly SideWrite[],
): Promise<ChangeOutcome> {
  await writer.session.policy();
  return writer.transaction(async (draft, session) => {
    const policy = await session.policy();
    forgetPasses(session.db, changes);
    const { applied, written, failed } = await policy.apply(changes, false);
    const version = written > 0 ? await policy.raiseVersion() : await policy.version();
    const outcome = { version, applied, written, failed };
    for (const write of side) session.side.write(write, reportTo(draft));
    draft.append('event', { ...event, body: eventBody(event, outcome) });
    return outcome;
  });
}

function eventBody(
  { body }: NewRecord<'event'>,
  { version, written, failed }: ChangeOutcome,
): string {
  const counts = { version, applied: written, failed: failed.length };
  return canonicalJson({ ...body, details: { ...body.details, ...counts } });
}
