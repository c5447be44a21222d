import type { EventEntry } from '../../model/record.ts';
import type { LogFault } from './records.ts';

/** Codes of the alarms that faults of a log become, at the gateway and at its server alike. */
export const FAULT_CODES: Readonly<Record<LogFault['kind'], string>> = {
  missing: 'logMissing',
  cutOff: 'logCutOff',
  forked: 'logForked',
  chainBroken: 'logBroken',
  cloned: 'identityCloned',
};

/** A fault as an alarm; the server adds whose log it is. */
export function faultAlarm({ kind, ...where }: LogFault, gateway?: string): EventEntry {
  const details = { ...(gateway === undefined ? {} : { gateway }), ...where };
  return { category: 'alarm', code: FAULT_CODES[kind], details };
}
