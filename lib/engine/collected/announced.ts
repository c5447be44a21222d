import type { DatabaseSync } from 'node:sqlite';
import { Ranges, type Range } from '../../link/log/ranges.ts';
import type { AnnouncedStream, LogFault, StreamPosition } from '../../link/log/records.ts';
import { GENESIS } from '../store/chain.ts';
import type { AnnouncedRequest, Positions } from './collected.ts';
import { lastOf, openSource, saveSource, type Source } from './sources.ts';

/** Numbers of one identity, as the gateway holds them. */
interface Extent extends Range {
  id: string;
  /** The oldest that the gateway still has. */
  first: number;
}

/** Compares what a gateway holds with what is here, inside the transaction of its caller. */
export function takeAnnouncement(
  db: DatabaseSync,
  { gateway, streams }: AnnouncedRequest,
): Positions {
  const positions: Positions = { streams: [], faults: [] };
  for (const announced of streams) {
    const { stream } = announced;
    for (const extent of extentsOf(announced)) {
      const source = openSource(db, { gateway, stream, id: extent.id, branch: 0 });
      positions.faults.push(...faultsOf(source, extent));
      positions.streams.push(positionOf(db, source, extent));
      saveSource(db, source);
    }
  }
  return positions;
}

function extentsOf({ identities, first, last }: AnnouncedStream): Extent[] {
  return identities.map(({ id, since }, index) => {
    const next = identities[index + 1]?.since;
    return { id, first, from: since, to: next === undefined ? last : next - 1 };
  });
}

/** What this announcement brings to light; it is noted in the source, so that it is told once. */
function faultsOf(source: Source, extent: Extent): LogFault[] {
  const { stream } = source;
  const faults: LogFault[] = lost(source, extent).map((range) => {
    source.missing.add(range);
    return { kind: 'missing', stream, ...range };
  });
  const last = lastOf(source);
  if (last > extent.to && source.cutOff !== extent.to) {
    source.cutOff = extent.to;
    faults.push({ kind: 'cutOff', stream, from: extent.to + 1, to: last });
  }
  return faults;
}

/** What the gateway does not have any more and has never been here. */
function lost({ stored, missing }: Source, { from, to, first }: Extent): Range[] {
  const known = unionOf(stored, missing);
  const gone: Range[] = [];
  const end = Math.min(to, first - 1);
  for (let start = from; start <= end;) {
    const range = known.gap({ from: start, to: end }, end);
    if (range === undefined) break;
    gone.push(range);
    start = range.to + 1;
  }
  return gone;
}

/** The last number of the gateway's that is here with all before it, those apart that nobody has. */
function positionOf(db: DatabaseSync, source: Source, extent: Extent): StreamPosition {
  const { stream, id, stored } = source;
  const known = unionOf(stored, source.missing);
  const run = known.list.find(({ from, to }) => from <= extent.from && extent.from <= to);
  const end = Math.min(run?.to ?? 0, extent.to);
  const upTo = Math.min(end, stored.list.findLast(({ from }) => from <= end)?.to ?? 0);
  const row = db
    .prepare('SELECT hash FROM collected_record WHERE source = ? AND seq = ?')
    .get(source.n, upTo);
  const head = row === undefined ? GENESIS : String(row.hash);
  return { stream, id, upTo: row === undefined ? 0 : upTo, head, last: lastOf(source) };
}

function unionOf(...sets: readonly Ranges[]): Ranges {
  const union = new Ranges();
  for (const range of sets.flatMap(({ list }) => list)) union.add(range);
  return union;
}
