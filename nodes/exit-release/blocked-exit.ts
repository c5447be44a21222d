import type { NodeMessageInFlow } from 'node-red';
import { AccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import { announcementFor } from '../../lib/release/announcement.ts';
import type { Answer, Surroundings } from '../../lib/release/perform.ts';
import { accessOf } from '../../lib/runtime/message.ts';

/**
 * Explains a decision that goods have blocked: the visitor is told what is missing in his language, the guard is
 * called. Any other decision passes with an empty text.
 */
export async function explainDecision(
  around: Surroundings,
  message: NodeMessageInFlow,
): Promise<Answer> {
  const { decision } = accessOf(message);
  if (decision === undefined) {
    throw new AccessError('INPUT_INVALID', 'msg.access.decision is missing');
  }
  const { matchedPersonId: person, accessPoint, id } = decision;
  if (person === undefined || !decision.reasons.includes('exitBlocked')) {
    return { payload: '', events: [], refusals: [] };
  }
  const announcement = await announcementFor(around, person);
  const place = optional('accessPoint', accessPoint);
  return {
    payload: announcement.text,
    events: [{ event: 'exitBlocked', decision: id, ...place, ...announcement }],
    refusals: [],
  };
}
