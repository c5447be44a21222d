import type { Passage } from '../../../lib/model/decision.ts';

/** A passage as it was told to the gateway. */
export type Told = Passage;

export interface OracleStay {
  zone: string;
  since: number;
  until?: number;
  entered?: number;
  left?: number;
  enteredBy?: string;
  leftBy?: string;
}

export interface OracleHistory {
  stays: OracleStay[];
  position: { zone: string | undefined; at: number; passage: string } | undefined;
  /** The zone somebody was in by the last passage up to an instant. */
  zoneAt(at: number): string | undefined;
  zonesAt(at: number): string[];
}

/**
 * The history of one person, calculated slowly and from the whole list, zone by zone: what counts is the first
 * telling of each passage, unless a correction with the greatest id stands in its place.
 */
export function historyOracle(
  told: readonly Told[],
  person: string,
  chain: (place: string | undefined) => readonly string[],
): OracleHistory {
  const first = told.filter((one, n) => told.findIndex(({ id }) => id === one.id) === n);
  const counts = first
    .filter((one) => !isReplaced(first, one))
    .filter((one) => one.person === person && one.outcome === 'taken')
    .filter(({ zoneFrom, zoneTo }) => zoneFrom !== undefined || zoneTo !== undefined);
  const moves = counts
    .map((one, n) => ({ one, n }))
    .sort((a, b) => a.one.at - b.one.at || a.n - b.n)
    .map(({ one }) => one);
  const zones = [
    ...new Set(moves.flatMap((one) => [...chain(one.zoneFrom), ...chain(one.zoneTo)])),
  ];
  const upTo = (at: number) => moves.filter((one) => one.at <= at).at(-1);
  const last = moves.at(-1);
  return {
    stays: zones.flatMap((zone) => staysIn(zone, moves, chain)),
    position: last && { zone: last.zoneTo, at: last.at, passage: last.id },
    zoneAt: (at) => upTo(at)?.zoneTo,
    zonesAt: (at) => [...chain(upTo(at)?.zoneTo)],
  };
}

function isReplaced(all: readonly Told[], one: Told): boolean {
  return all.some(
    ({ id, corrects }) =>
      corrects !== undefined && (corrects === one.id || (corrects === one.corrects && id > one.id)),
  );
}

/** One zone alone: each passage shows on which side of its border somebody was before and after. */
function staysIn(
  zone: string,
  moves: readonly Told[],
  chain: (place: string | undefined) => readonly string[],
): OracleStay[] {
  const stays: OracleStay[] = [];
  let open: OracleStay | undefined;
  for (const { zoneFrom, zoneTo, at, id } of moves) {
    const before = chain(zoneFrom).includes(zone);
    const after = chain(zoneTo).includes(zone);
    if (open !== undefined && !before) {
      Object.assign(open, { until: at, leftBy: id });
      open = undefined;
    }
    if (open === undefined && before) stays.push((open = { zone, since: at }));
    if (open !== undefined && !after) {
      Object.assign(open, { until: at, left: at, leftBy: id });
      open = undefined;
    }
    if (open === undefined && after) {
      stays.push((open = { zone, since: at, entered: at, enteredBy: id }));
    }
  }
  return stays;
}
