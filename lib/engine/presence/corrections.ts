import type { Passage } from '../../model/decision.ts';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { uuidv7 } from '../../model/ids.ts';
import { optional } from '../../model/optional.ts';
import type { ClockTrust, Moment } from '../clock-trust.ts';
import type { Correction, CorrectionReport, CorrectionRequest } from '../engine.ts';
import type { Store } from '../store/store.ts';
import type { Admission } from './admission.ts';
import type { Passages } from './passages.ts';
import type { Site } from '../site.ts';

interface Parts {
  store: Store;
  site: Site;
  trust: ClockTrust;
  admission: Admission;
  passages: Passages;
}

/**
 * Corrects passages that were missed, undefined or wrong (N12): each correction is one more record with its reason
 * and author, what was recorded before stays as it is. A failed one does not keep the others from being made.
 */
export async function correctPassages(
  parts: Parts,
  { corrections, author, reason }: CorrectionRequest,
): Promise<CorrectionReport> {
  const moment = parts.trust.read();
  const report: CorrectionReport = { recorded: [], failed: [] };
  for (const [index, correction] of corrections.entries()) {
    try {
      const passage = { ...(await passageOf(parts, correction, moment)), author, reason };
      await parts.passages.record(passage, moment);
      report.recorded.push({ index, passage });
    } catch (error) {
      const { code, message } = toAccessError(error);
      report.failed.push({ index, code, message });
    }
  }
  return report;
}

async function passageOf(
  { store, site, admission, passages }: Parts,
  correction: Correction,
  moment: Moment,
): Promise<Passage> {
  const corrected = await correctedBy(store, correction);
  const {
    outcome = 'taken',
    accessPoint = corrected?.accessPoint,
    at = corrected?.at,
  } = correction;
  const { person = corrected?.person, tag = corrected?.tag } = correction;
  if (at === undefined) throw invalid('"at" is needed where no passage is corrected');
  checkTime(at, passages, moment);
  if (outcome === 'taken' && person === undefined) throw invalid('it says of nobody');
  const point = site.accessPoint(accessPoint);
  const { direction = corrected?.direction ?? point?.direction ?? 'undefined' } = correction;
  const way = point && admission.wayTaken(point, person, direction);
  const zoneFrom = zone(correction.zoneFrom, way?.from ?? corrected?.zoneFrom);
  const zoneTo = zone(correction.zoneTo, way?.to ?? corrected?.zoneTo);
  return {
    id: uuidv7(moment.now),
    direction,
    outcome,
    confirmed: false,
    at,
    ...optional('accessPoint', accessPoint),
    ...optional('person', person),
    ...optional('tag', tag),
    ...optional('zoneFrom', zoneFrom),
    ...optional('zoneTo', zoneTo),
    ...optional('corrects', correction.corrects),
  };
}

/** `null` says outside, where nothing given means what is known already. */
function zone(given: string | null | undefined, known: string | undefined): string | undefined {
  return given === undefined ? known : (given ?? undefined);
}

async function correctedBy(store: Store, { corrects }: Correction): Promise<Passage | undefined> {
  if (corrects === undefined) return undefined;
  const found = await store.history('transit', { id: corrects });
  if (found !== undefined) return found.passage;
  throw new AccessError('NOT_FOUND', `there is no passage ${corrects}`);
}

function checkTime(at: number, passages: Passages, moment: Moment): void {
  if (!moment.trusted)
    throw new AccessError('CONFLICT', 'nothing is corrected by a doubtful clock');
  if (at > moment.now) throw invalid('it lies in the future');
  if (at < passages.keepFrom(moment))
    throw invalid('the history of that time is not kept any more');
}

function invalid(why: string): AccessError {
  return new AccessError('INPUT_INVALID', `the correction cannot be recorded: ${why}`);
}
