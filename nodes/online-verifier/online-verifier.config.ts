import Type from 'typebox';
import { Id } from '../../lib/model/fields.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { parser } from '../../lib/model/parse.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export interface OnlineVerifierConfig {
  link: string;
  /** Milliseconds for which a grant may be kept at a gateway; 0 for not at all. */
  keep: number;
  /** Questions a second that are decided for one gateway. */
  rate: number;
  /** Path of the HTTP endpoint; without it there is none. */
  path: string | undefined;
  /** Ids of the access points of each gateway; empty where the gateways report theirs. */
  gateways: Readonly<Record<string, readonly string[]>>;
}

const MINUTE = 60_000;

const gateways = parser(
  Type.Record(Type.String({ minLength: 1, maxLength: 36 }), Type.Array(Id, { maxItems: 1000 })),
);

export function normalise(settings: Settings): OnlineVerifierConfig {
  return {
    link: settings.text('link'),
    keep: Math.round(settings.number('keep', { min: 0, max: 1440, fallback: 0 }) * MINUTE),
    rate: settings.number('rate', { min: 1, max: 1000, fallback: 50 }),
    path: pathOf(settings.optionalText('path')),
    gateways: gateways.parse(settings.json('gateways', {}), 'gateways'),
  };
}

function pathOf(text: string | undefined): string | undefined {
  if (text === undefined || /^\/[\w./-]*$/.test(text)) return text;
  throw new AccessError('CONFIG_INVALID', `path "${text}" must begin with a slash`);
}
