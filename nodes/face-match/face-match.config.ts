import type { FaceDemands } from '../../lib/face/face.ts';
import type { RecognitionOptions } from '../../lib/face/use/recognition.ts';
import { optional } from '../../lib/model/optional.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

/** `identify`: who of all is it; `verify`: is it this one; `enrol`, `extract` and `check` work on photos. */
export const MODES = ['verify', 'identify', 'enrol', 'extract', 'check'] as const;
export type Mode = (typeof MODES)[number];

const AUTHOR_LENGTH = 64;

export interface FaceMatchConfig {
  site: string;
  mode: Mode;
  /** Config node of the access point, where somebody passes. */
  accessPoint: string | undefined;
  /** How records name the camera. */
  readerName: string | undefined;
  /** Which property of the message holds the picture. */
  source: string;
  /** Folder from which pictures may be named. */
  pictures: string | undefined;
  recognition: RecognitionOptions;
  demands: FaceDemands;
  /** Whether a photo that was named as a file stays after enrolment. */
  keepPhoto: boolean;
  /** Whether gateways make the template of the photo themselves. */
  dispatch: boolean;
  /** Days for which a picture is kept with the record; 0 keeps none. */
  snapshotDays: number;
  author: string;
}

export function normalise(settings: Settings): FaceMatchConfig {
  const mode = settings.choice('mode', MODES, 'verify');
  const isPassing = mode === 'verify' || mode === 'identify';
  const demands = demandsOf(settings, isPassing);
  return {
    site: settings.text('site'),
    mode,
    accessPoint: isPassing ? settings.text('accessPoint') : undefined,
    readerName: settings.optionalText('readerName') ?? settings.optionalText('name'),
    source: settings.text('source', 'payload'),
    pictures: settings.optionalText('pictures'),
    recognition: recognitionOf(settings, demands),
    demands,
    keepPhoto: settings.flag('keepPhoto', false),
    dispatch: settings.flag('dispatch', false),
    snapshotDays: Math.ceil(settings.number('snapshotDays', { min: 0, max: 3650, fallback: 0 })),
    author: `flow:${settings.text('name', settings.text('id'))}`.slice(0, AUTHOR_LENGTH),
  };
}

/** A photo for enrolment is of one person, from the front, and need not be live. */
function demandsOf(settings: Settings, isPassing: boolean): FaceDemands {
  const number = (field: string, max: number): number | undefined =>
    settings.optionalText(field) === undefined
      ? undefined
      : settings.number(field, { min: 0, max });
  const lively = settings.flag('liveness', isPassing);
  const demands = {
    ...optional('height', number('height', 1000)),
    ...(lively
      ? {
          ...optional('liveness', number('livenessScore', 1)),
          ...optional('largest', number('largest', 1)),
        }
      : { liveness: false as const }),
    alone: settings.flag('alone', true),
  };
  return isPassing ? demands : { turn: 25, ...demands };
}

function recognitionOf(settings: Settings, demands: FaceDemands): RecognitionOptions {
  const score = (field: string): number | undefined =>
    settings.optionalText(field) === undefined
      ? undefined
      : settings.number(field, { min: 0, max: 1 });
  const threshold = score('threshold');
  return {
    thresholds: {
      ...optional('verify', threshold),
      ...optional('identify', threshold),
      ...optional('identifyMany', threshold),
    },
    margin: score('margin'),
    agreement: {
      frames: settings.number('frames', { min: 1, max: 10, fallback: 1 }),
      within: 1000 * settings.number('within', { min: 0.5, max: 30, fallback: 3 }),
    },
    maxAge: 1000 * settings.number('maxAge', { min: 0.5, max: 60, fallback: 5 }),
    demands,
  };
}
