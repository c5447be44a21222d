import type { Change } from '../model/entity.ts';
import { AccessError } from '../model/errors.ts';
import { parser } from '../model/parse.ts';
import { TimeCorrection } from '../model/time-correction.ts';
import { isBefore } from './change-form.ts';

const correctionParser = parser(TimeCorrection);

/**
 * Corrections of working time are only ever added, each by the author who makes the change (N12). Throws
 * CONFLICT for any other change, INPUT_INVALID for another author and for an end that is not after its start.
 */
export function checkCorrection(change: Change, author: string): void {
  if (change.op !== 'create') {
    throw new AccessError('CONFLICT', 'a time correction is never changed; make another one');
  }
  const correction = correctionParser.parse(change.value, 'timeCorrection');
  const where = `timeCorrection ${correction.id}`;
  if (correction.author !== author) {
    throw new AccessError('INPUT_INVALID', `${where}: its author is not ${author}`);
  }
  if (!isBefore(correction.from, correction.to)) {
    throw new AccessError('INPUT_INVALID', `${where}: to does not lie after from`);
  }
}
