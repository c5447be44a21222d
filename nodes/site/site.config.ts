import path from 'node:path';
import { FACE_MODES, type FaceConfig } from '../../lib/engine/faces/requests.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { MASTERS } from '../../lib/model/master.ts';
import { LANGUAGES, SiteSettings } from '../../lib/model/site.ts';
import { parser } from '../../lib/model/parse.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export interface SiteConfig {
  settings: SiteSettings;
  /** How templates of faces are kept. */
  faces: FaceConfig;
  /** Absolute path of the folder that the engine owns. */
  folder: string;
  /** File with the master key; without it the engine keeps the key in its folder. */
  keyFile?: string;
}

const MEBIBYTE = 1_048_576;

const site = parser(SiteSettings);

/** Checks the saved settings. Relative folders are meant from Node-RED's user folder. */
export function normalise(settings: Settings, userDir: string): SiteConfig {
  const id = settings.text('siteId');
  const keyFile = settings.optionalText('keyFile');
  return {
    settings: site.parse(
      {
        id,
        name: settings.text('name', id),
        zone: zone(settings.text('zone')),
        master: settings.choice('master', MASTERS, 'local'),
        language: settings.choice('language', LANGUAGES, 'en-US'),
        logValues: settings.choice('logValues', ['masked', 'plain'], 'masked'),
        untrustedClock: settings.choice('untrustedClock', ['deny', 'alwaysOnly'], 'deny'),
        ring: settings.number('ring', { min: 0, max: 10_000_000, fallback: 2000 }),
        quotaRecords: settings.number('quotaRecords', {
          min: 100,
          max: 100_000_000,
          fallback: 1_000_000,
        }),
        quotaBytes:
          settings.number('quotaMegabytes', { min: 1, max: 1_000_000, fallback: 1024 }) * MEBIBYTE,
        ...confirmWithin(settings),
        presenceDays: settings.number('presenceDays', { min: 1, max: 3660, fallback: 400 }),
      },
      'site',
    ),
    faces: {
      mode: settings.choice('faces', FACE_MODES, 'stored'),
      keepAfterValidity: settings.number('keepAfterValidity', { min: 0, max: 3660, fallback: 30 }),
      keepAfterWithdrawal: settings.number('keepAfterWithdrawal', {
        min: 0,
        max: 3660,
        fallback: 0,
      }),
    },
    folder: path.resolve(userDir, settings.text('dataFolder', path.join('gatewire', id))),
    ...(keyFile === undefined ? {} : { keyFile: path.resolve(userDir, keyFile) }),
  };
}

/** Empty: a right counts until the server takes it away. */
function confirmWithin(settings: Settings): Pick<SiteSettings, 'confirmWithin'> {
  if (settings.optionalText('confirmWithin') === undefined) return {};
  return { confirmWithin: settings.number('confirmWithin', { min: 12, max: 2160 }) };
}

/** An unknown zone is refused here: nothing may quietly be computed in UTC. */
function zone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    throw new AccessError('CONFIG_INVALID', `zone "${name}" is not a known time zone`, {
      cause: error,
    });
  }
}
