import type { CommandAction } from '../../model/decision.ts';
import { AccessError, type ErrorCode } from '../../model/errors.ts';

/**
 * What an output is told to do. `pulse` opens for `duration`; `on` opens until `off`; `hold` opens for as long
 * as it is renewed: it ends `duration` after the last renewal, like a finger that lets go of a button.
 */
export interface RelayCommand {
  action: CommandAction;
  /** Milliseconds, 50 to 600,000, for `pulse` and `hold`. */
  duration?: number;
  /** Milliseconds, from now, in which the output may be switched on; cut to 10,000. Unused for `off`. */
  life: number;
}

/** How a command ended. `faulty`: the output is marked as not obeying, so the result needs a second look. */
export type RelayResult =
  | { state: 'done'; confirmed: boolean; faulty: boolean }
  | { state: 'failed'; code: ErrorCode; message: string; faulty: boolean };

/** No opening command may wait longer than this, whatever it says of itself. Milliseconds. */
export const LONGEST_LIFE = 10_000;
export const SHORTEST_DURATION = 50;
export const LONGEST_DURATION = 600_000;

/** Throws INPUT_INVALID naming what is wrong. */
export function checkCommand({ action, duration, life }: RelayCommand): void {
  if (action === 'off') return;
  if (!(life >= 0)) throw new AccessError('INPUT_INVALID', `life: ${life} is not a time`);
  if (action === 'on') return;
  if (duration === undefined) throw new AccessError('INPUT_INVALID', `${action}: no duration`);
  if (!(duration >= SHORTEST_DURATION && duration <= LONGEST_DURATION)) {
    throw new AccessError(
      'INPUT_INVALID',
      `duration: ${duration} is not between ${SHORTEST_DURATION} and ${LONGEST_DURATION} ms`,
    );
  }
}
