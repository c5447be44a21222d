import { AccessPoint, type LevelRule, type SecurityLevel } from '../../lib/model/access-point.ts';
import { CREDENTIAL_TYPES, type CredentialType } from '../../lib/model/credential.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { LEVEL_NAMES, type LevelEntry, type LevelName } from './access-point.levels.ts';

const LEVELS: Readonly<Record<Exclude<LevelName, 'any' | 'custom'>, SecurityLevel>> = {
  card: { anyOf: [['card']] },
  cardOrFace: { anyOf: [['card'], ['face']] },
  cardAndPin: { anyOf: [['card', 'pin']] },
  twoPersons: { anyOf: [['card']], persons: 2 },
};

export interface AccessPointConfig {
  site: string;
  settings: AccessPoint;
}

const accessPoint = parser(AccessPoint);

export function normalise(settings: Settings): AccessPointConfig {
  const id = settings.text('accessPointId');
  const supports = settings.choices('supports', CREDENTIAL_TYPES, ['card', 'pin', 'qr']);
  return {
    site: settings.text('site'),
    settings: accessPoint.parse(
      {
        id,
        name: settings.text('name', id),
        direction: settings.choice('direction', ['in', 'out'], 'in'),
        ...optional('zoneFrom', settings.optionalText('zoneFrom')),
        ...optional('zoneTo', settings.optionalText('zoneTo')),
        enabled: settings.flag('enabled', true),
        supports,
        levels: levelRules(settings, supports),
        factorTimeout: milliseconds(
          settings.number('factorTimeout', { min: 1, max: 60, fallback: 10 }),
        ),
        grantLife: milliseconds(settings.number('grantLife', { min: 0.5, max: 10, fallback: 5 })),
        requestToExit: settings.flag('requestToExit', false),
        grantedCountsAsPassed: settings.flag('grantedCountsAsPassed', false),
        ...(settings.flag('directionByPosition', false) ? { directionByPosition: true } : {}),
        ...optional('release', releaseOf(settings)),
      },
      `access point "${id}"`,
    ),
  };
}

/** Only goods that go out are held back; the switch of an entry is without meaning. */
function releaseOf(settings: Settings): AccessPoint['release'] {
  const isExit = settings.choice('direction', ['in', 'out'], 'in') === 'out';
  return isExit && settings.flag('releaseRequired', false) ? 'required' : undefined;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** Scheduled levels first, in their order; the last one always applies. */
function levelRules(settings: Settings, supports: readonly CredentialType[]): LevelRule[] {
  const scheduled = settings.json('levels', []);
  if (!Array.isArray(scheduled)) throw new AccessError('CONFIG_INVALID', 'levels must be a list');
  const rules = scheduled.map((entry: LevelEntry, index) => ({
    ...optional('schedule', entry.schedule || undefined),
    level: level(entry.level, undefined, supports, `levels[${index}]`),
  }));
  const base = settings.choice('level', LEVEL_NAMES, 'any');
  return [
    ...rules,
    { level: level(base, settings.optionalText('customLevel'), supports, 'level') },
  ];
}

function level(
  name: LevelName,
  custom: string | undefined,
  supports: readonly CredentialType[],
  where: string,
): SecurityLevel {
  if (name === 'any') return { anyOf: supports.map((type) => [type]) };
  if (name !== 'custom') return LEVELS[name];
  try {
    return JSON.parse(custom ?? '') as SecurityLevel;
  } catch (error) {
    throw new AccessError('CONFIG_INVALID', `${where}: the custom level is not JSON`, {
      cause: error,
    });
  }
}
