import type { Clock } from '../model/clock.ts';
import { AccessError } from '../model/errors.ts';

/** A grant that has run out is remembered this long, so that the refusal can say why. Milliseconds. */
const REMEMBERED = 10_000;
const SWEEP_EVERY = 1000;

interface Grant {
  /** Monotonic. */
  until: number;
  /** Outputs that it has driven; most grants drive one. */
  outputs: string[];
}

/**
 * The grants that may still drive an output (N1): those of this engine instance, within their life on the
 * monotonic clock, once per output. Nothing here is stored: after a restart no old grant counts.
 */
export interface Grants {
  /** `life` in milliseconds from now. */
  add(decision: string, life: number): void;
  /**
   * Uses up the grant for one output; returns its remaining life in milliseconds. Throws
   * `DECISION_INVALID`, `COMMAND_EXPIRED` or `COMMAND_USED`.
   */
  claim(decision: string, output: string): number;
}

export function createGrants(clock: Clock): Grants {
  const grants = new Map<string, Grant>();
  let sweepAt = 0;

  function sweep(now: number): void {
    sweepAt = now + SWEEP_EVERY;
    for (const [decision, grant] of grants) {
      if (grant.until + REMEMBERED < now) grants.delete(decision);
    }
  }

  return {
    add(decision, life) {
      const now = clock.monotonic();
      if (now >= sweepAt) sweep(now);
      grants.set(decision, { until: now + life, outputs: [] });
    },
    claim(decision, output) {
      const grant = grants.get(decision);
      if (!grant) {
        throw new AccessError('DECISION_INVALID', `No grant of this engine: ${decision}`);
      }
      const life = grant.until - clock.monotonic();
      if (life <= 0) throw new AccessError('COMMAND_EXPIRED', `The grant ${decision} has run out`);
      if (grant.outputs.includes(output)) {
        throw new AccessError('COMMAND_USED', `The grant ${decision} has driven ${output} before`);
      }
      grant.outputs.push(output);
      return Math.floor(life);
    },
  };
}
