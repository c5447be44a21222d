import type { OutgoingEngine, OutgoingStream } from '../../engine/outgoing/outgoing.ts';
import type { StreamPosition } from './records.ts';

/** Where to go on with a stream: after `acknowledged`, and with a new identity if `renew` is set. */
export interface Resumption {
  acknowledged: number;
  renew: boolean;
}

type Reader = Pick<OutgoingEngine, 'outgoingBatch'>;

/**
 * Where a server and a gateway agree. The server's word counts only as far as its newest record is the gateway's own:
 * as records are chained, all before it are the same then, too. If the server knows more of the present identity, or
 * something else, this database has come back from a copy, and what follows needs a new identity (F-20, F-21).
 */
export async function resume(
  engine: Reader,
  held: OutgoingStream,
  positions: readonly StreamPosition[],
): Promise<Resumption> {
  let acknowledged = (held.identities[0]?.since ?? 1) - 1;
  for (const [index, { id, since }] of held.identities.entries()) {
    const next = held.identities[index + 1];
    const end = next === undefined ? held.last : next.since - 1;
    const position = positions.find((each) => each.stream === held.stream && each.id === id);
    if (position === undefined || position.upTo < since) {
      return { acknowledged, renew: next === undefined && isBehind(position, end) };
    }
    if (!(await isOwn(engine, held, position))) {
      return { acknowledged: Math.max(acknowledged, held.acknowledged), renew: next === undefined };
    }
    acknowledged = Math.min(position.upTo, end);
    if (next === undefined) return { acknowledged, renew: isBehind(position, end) };
    if (acknowledged < end) return { acknowledged, renew: false };
  }
  return { acknowledged, renew: false };
}

/** Whether the server has records of an identity beyond the gateway's last one. */
function isBehind(position: StreamPosition | undefined, end: number): boolean {
  return position !== undefined && position.last > end;
}

/** What is not kept any more cannot be compared, and need not be: it will not be sent again. */
async function isOwn(
  engine: Reader,
  { stream, first }: OutgoingStream,
  { upTo, head }: StreamPosition,
): Promise<boolean> {
  if (upTo < first) return true;
  const batch = await engine.outgoingBatch({ stream, from: upTo, to: upTo, bytes: 1 });
  return batch?.records[0]?.hash === head;
}
