import type { NodeMessageInFlow } from 'node-red';
import type { Attempt } from '../model/attempt.ts';
import type { Decision } from '../model/decision.ts';
import { uuidv7 } from '../model/ids.ts';
import type { Access } from '../model/message.ts';
import { reasonText } from '../model/reasons.ts';
import type { Language } from '../model/site.ts';
import { accessOf } from './message.ts';
import type { Sealing } from './sealing.ts';

/** A press of the exit button: an attempt without credentials. */
export function exitRequest(): Attempt {
  const at = Date.now();
  return { id: uuidv7(at), at, credentials: [], requestToExit: true };
}

/** What a message says was presented, with the place that a node is fixed to. Throws INPUT_INVALID. */
export function attemptIn(
  message: NodeMessageInFlow,
  accessPoint: { id: string; direction: 'in' | 'out' } | undefined,
): Access {
  const access =
    message.requestToExit === true && message.access === undefined
      ? { attempt: exitRequest() }
      : accessOf(message);
  if (accessPoint === undefined) return access;
  const { id, direction } = accessPoint;
  return { ...access, attempt: { ...access.attempt, accessPoint: id, direction } };
}

/** The attempt with sealed values opened, for the engine only: it must not go back into a message. */
export function openSecrets(attempt: Attempt, sealing: Sealing): Attempt {
  if (!attempt.credentials.some(({ ref }) => ref !== undefined)) return attempt;
  const credentials = attempt.credentials.map(({ ref, ...credential }) =>
    ref === undefined ? credential : { ...credential, value: sealing.open(ref) },
  );
  return { ...attempt, credentials };
}

/** The refusal that stands in for the engine's answer while it does not run. It is not recorded. */
export function unavailable(attempt: Attempt, language: Language): Decision {
  const at = Date.now();
  return {
    id: uuidv7(at),
    attempt: attempt.id,
    ...(attempt.accessPoint === undefined ? {} : { accessPoint: attempt.accessPoint }),
    outcome: 'denied',
    reasons: ['engineUnavailable'],
    text: reasonText('engineUnavailable', language),
    by: 'local',
    at,
    validUntil: at,
  };
}
