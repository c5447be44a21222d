import Type from 'typebox';
import { KINDS, PASSAGE_KINDS, type PassageKind } from '../../lib/devices/passage/kinds.ts';
import type { PassageSettings } from '../../lib/devices/passage/machine.ts';
import { SCHEDULED_MODES, type ScheduledMode } from '../../lib/devices/passage/mode.ts';
import type { Direction } from '../../lib/model/access-point.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, closed } from '../../lib/model/fields.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { ENTRY_SIDES, EXIT_REQUESTS, SIGNALS, type InputEntry } from './turnstile.choices.ts';

export interface ModeRule {
  schedule: string;
  mode: ScheduledMode;
  direction?: Direction;
}

export interface TurnstileConfig {
  /** Config nodes of the access points, at least one. */
  accessPoints: Partial<Record<Direction, string>>;
  kind: PassageKind;
  settings: PassageSettings;
  /** Which way somebody goes whom PASS A reports. */
  passA: Direction;
  /** A request to exit unlocks, or only explains the opening of a door that needs no unlocking from inside. */
  requestToExit: (typeof EXIT_REQUESTS)[number];
  group: string | undefined;
  interlock: { name: string; maxOpen: number } | undefined;
  /** Where in the message an array of inputs stands. */
  source: string;
  inputs: readonly InputEntry[];
  schedules: readonly ModeRule[];
}

const SECOND = 1000;

const inputs = parser(
  Type.Array(
    Type.Object(
      {
        index: Type.Integer({ minimum: 0, maximum: 2047 }),
        sensor: Type.Enum(SIGNALS),
        inverted: Type.Boolean(),
      },
      closed,
    ),
    { maxItems: 32 },
  ),
);

const schedules = parser(
  Type.Array(
    Type.Object(
      {
        schedule: Id,
        mode: Type.Enum(SCHEDULED_MODES),
        direction: Type.Enum(['in', 'out', '']),
      },
      closed,
    ),
    { maxItems: 16 },
  ),
);

export function normalise(settings: Settings): TurnstileConfig {
  const kind = settings.choice('kind', PASSAGE_KINDS, 'door');
  return {
    accessPoints: accessPointsOf(settings),
    kind,
    settings: passageSettings(settings, kind),
    passA: settings.choice('entrySide', ENTRY_SIDES, 'A') === 'A' ? 'in' : 'out',
    requestToExit: settings.choice('requestToExit', EXIT_REQUESTS, 'unlock'),
    group: settings.optionalText('group'),
    interlock: interlockOf(settings, kind),
    source: settings.text('source', 'payload'),
    inputs: inputs.parse(settings.json('inputMap', []), 'inputMap'),
    schedules: schedules
      .parse(settings.json('schedules', []), 'schedules')
      .map(({ direction, ...rule }) => ({
        ...rule,
        ...optional('direction', direction || undefined),
      })),
  };
}

function accessPointsOf(settings: Settings): TurnstileConfig['accessPoints'] {
  const entry = settings.optionalText('accessPointIn');
  const exit = settings.optionalText('accessPointOut');
  if (entry === undefined && exit === undefined) {
    throw new AccessError(
      'CONFIG_INVALID',
      'no access point is chosen, neither for entry nor for exit',
    );
  }
  if (entry === exit) {
    throw new AccessError('CONFIG_INVALID', 'entry and exit need access points of their own');
  }
  return { ...optional('in', entry), ...optional('out', exit) };
}

/** The dialog speaks in seconds, but for the debouncing; an empty field means what is usual for the kind. */
function passageSettings(settings: Settings, kind: PassageKind): PassageSettings {
  const usual = KINDS[kind];
  const time = (field: string, min: number, max: number, fallback: number): number =>
    settings.number(field, { min, max, fallback }) * SECOND;
  return {
    control: settings.choice('control', ['pulse', 'level'], 'level'),
    pulseTime: time('pulseTime', 0.1, 10, 0.5),
    releaseTime: time('releaseTime', 0.5, 600, 5),
    openTime: time('openTime', 1, 3600, 20),
    preAlarmTime: time('preAlarmTime', 0, 3600, 5),
    extendedTime: time('extendedTime', 0, 300, 10),
    relockDelay: time('relockDelay', 0, 10, 0.5),
    waitingTime: time('waitingTime', 0.5, 250, usual.waitingTime / SECOND),
    tailgateTime: time('tailgateTime', 0, 10, 1),
    loiteringTime: time('loiteringTime', 1, 300, usual.loiteringTime / SECOND),
    queueLength: settings.number('queueLength', { min: 0, max: 20, fallback: usual.queueLength }),
    interlockWait: time('interlockWait', 0, 10, 0),
    grantedCountsAsPassed: settings.flag('grantedCountsAsPassed', false),
    onFire: settings.choice('onFire', ['release', 'log'], 'release'),
    debounce: settings.number('debounce', { min: 0, max: 2000, fallback: 50 }),
  };
}

/** Only a door with a contact can be known to be closed. */
function interlockOf(settings: Settings, kind: PassageKind): TurnstileConfig['interlock'] {
  const name = settings.optionalText('interlock');
  if (name === undefined) {
    if (kind !== 'mantrap') return undefined;
    throw new AccessError('CONFIG_INVALID', 'interlock is missing: a mantrap is a group of doors');
  }
  if (KINDS[kind].shape !== 'door') {
    throw new AccessError('CONFIG_INVALID', `interlock is for doors, not for a ${kind}`);
  }
  const maxOpen = settings.number('interlockMaxOpen', { min: 1, max: 30, fallback: 1 });
  return { name, maxOpen };
}
