import { REPORT_EXAMPLES, type Report } from '../../lib/link/sync/report.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Attempt, PresentedCredential } from '../../lib/model/attempt.ts';
import type { Change } from '../../lib/model/entity.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import type { EngineConfig } from '../../lib/model/site.ts';

const POINT: AccessPoint = {
  id: 'front',
  name: 'Front door',
  direction: 'in',
  enabled: true,
  supports: ['card', 'pin', 'qr', 'face'],
  levels: [{ level: { anyOf: [['card'], ['qr'], ['face']] } }],
  factorTimeout: 10_000,
  grantLife: 3000,
  requestToExit: false,
  grantedCountsAsPassed: false,
};

/** Doors for card or QR, for card and PIN, for a PIN alone, and one with an exit button. */
export const SAMPLE_CONFIG: EngineConfig = {
  site: {
    id: 'plant',
    name: 'Plant',
    zone: 'Europe/Madrid',
    language: 'en-US',
    logValues: 'masked',
    untrustedClock: 'deny',
    ring: 2000,
    quotaRecords: 1_000_000,
    quotaBytes: 1024 ** 3,
  },
  accessPoints: [
    POINT,
    { ...POINT, id: 'vault', name: 'Vault', levels: [{ level: { anyOf: [['card', 'pin']] } }] },
    { ...POINT, id: 'yard', name: 'Yard', levels: [{ level: { anyOf: [['pin']] } }] },
    { ...POINT, id: 'exit', name: 'Exit', direction: 'out', requestToExit: true },
  ],
};

/** What a gateway with some of these doors reports. */
export function reportOf(...doors: string[]): Report {
  const [example] = REPORT_EXAMPLES;
  if (example === undefined) throw new Error('no example of a report');
  const accessPoints = SAMPLE_CONFIG.accessPoints.filter(({ id }) => doors.includes(id));
  return { ...example, number: 0, version: 0, accessPoints };
}

export const ANNA_CARD = '04A1B2C3D4E5F6';
export const ANNA_PIN = '473911';
export const ANNA_DURESS = '902174';
export const BORIS_CARD = '0411223344AABB';
export const BORIS_PIN = '618320';
/** Boris may pass on weekdays from nine to six only. */
export const CHIEF_CARD = '04FEDCBA987654';

const put = (kind: Change['kind'], value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});

/** Anna always, Boris in office hours, the fire chief by break-glass. */
export const SAMPLE_CHANGES: Change[] = [
  put('schedule', {
    id: 'office',
    name: 'Office hours',
    rule: {
      kind: 'weekly',
      days: [{ days: [1, 2, 3, 4, 5], windows: [{ from: '09:00', to: '18:00' }] }],
    },
  }),
  put('group', { id: 'chiefs', name: 'Fire chiefs', breakGlass: true }),
  put('person', { id: 'anna', name: 'Anna' }),
  put('person', { id: 'boris', name: 'Boris' }),
  put('person', { id: 'chief', name: 'Chief', groups: ['chiefs'] }),
  put('credential', { id: 'anna-card', person: 'anna', type: 'card', value: ANNA_CARD }),
  put('credential', { id: 'anna-pin', person: 'anna', type: 'pin', value: ANNA_PIN }),
  put('credential', {
    id: 'anna-duress',
    person: 'anna',
    type: 'pin',
    value: ANNA_DURESS,
    duress: true,
  }),
  put('credential', { id: 'boris-card', person: 'boris', type: 'card', value: BORIS_CARD }),
  put('credential', { id: 'boris-pin', person: 'boris', type: 'pin', value: BORIS_PIN }),
  put('credential', { id: 'chief-card', person: 'chief', type: 'card', value: CHIEF_CARD }),
  put('permission', { id: 'anna-all', subject: { person: 'anna' }, target: { everywhere: true } }),
  put('permission', {
    id: 'boris-office',
    subject: { person: 'boris' },
    target: { everywhere: true },
    schedule: 'office',
    source: 'import',
  }),
];

export type Presented = Pick<PresentedCredential, 'type' | 'value'>;

/** An attempt made now. */
export function attemptAt(now: number, accessPoint: string, ...presented: Presented[]): Attempt {
  return {
    id: uuidv7(now),
    at: now,
    accessPoint,
    credentials: presented.map((credential) => ({ ...credential, at: now })),
  };
}

export const card = (value: string): Presented => ({ type: 'card', value });
export const pin = (value: string): Presented => ({ type: 'pin', value });
export const qr = (value: string): Presented => ({ type: 'qr', value });
