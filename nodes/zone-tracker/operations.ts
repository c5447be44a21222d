import Type from 'typebox';
import type { CorrectionRequest, Engine, FirmScope } from '../../lib/engine/engine.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { parser } from '../../lib/model/parse.ts';
import type { SiteSettings } from '../../lib/model/site.ts';
import { musterCsv, musterHtml, type MusterSheet } from '../../lib/presence/muster.ts';

/** An answer, and the type of its content where it is a text for a browser or a spreadsheet. */
export interface Answer {
  payload: unknown;
  contentType?: string;
}

interface Around {
  engine: Engine;
  settings: SiteSettings;
  /** Who is named where the request names nobody. */
  author: string;
  now: () => number;
  /** The firm about whose people alone is answered. */
  scope: FirmScope | undefined;
}

type Perform = (around: Around, value: Record<string, unknown>) => Promise<Answer>;

const DAY = 86_400_000;
const FORMATS = ['json', 'csv', 'html'] as const;
const query = parser(Type.Record(Type.String(), Type.Unknown()));
const format = parser(Type.Enum(FORMATS));

/** What a firm may ask about its people. */
const OF_PEOPLE: ReadonlySet<unknown> = new Set([
  'position',
  'occupants',
  'stays',
  'passages',
  'muster',
]);

/** The engine checks what it is asked; here nothing but the defaults is added. */
const OPERATIONS: Readonly<Record<string, Perform>> = {
  position: async ({ engine }, value) => plain(await engine.position(value)),
  zones: async ({ engine }) => plain(await engine.zones({})),
  occupants: async ({ engine }, value) => plain(await engine.muster(value)),
  stays: async ({ engine, now }, value) =>
    plain(await engine.stays({ from: now() - DAY, to: now() + 1, ...value })),
  passages: async ({ engine, now }, value) =>
    plain(await engine.transits({ from: now() - DAY, to: now() + 1, ...value })),
  muster,
  forgive: async ({ engine, author }, value) => plain(await engine.forgive({ author, ...value })),
  correct: async ({ engine, author }, value) =>
    plain(await engine.correctPassages({ author, ...value } as CorrectionRequest)),
};

/** Carries out what a message asks for. Throws INPUT_INVALID for an operation that does not exist. */
export function perform(around: Around, operation: unknown, payload: unknown): Promise<Answer> {
  const isKnown = typeof operation === 'string' && Object.hasOwn(OPERATIONS, operation);
  const work = isKnown ? OPERATIONS[operation] : undefined;
  if (work === undefined) {
    const names = Object.keys(OPERATIONS).join(', ');
    throw new AccessError('INPUT_INVALID', `msg.operation must be one of ${names}`);
  }
  const value = isEmpty(payload) ? {} : query.parse(payload, 'msg.payload');
  return work(around, around.scope === undefined ? value : scoped(operation, value, around.scope));
}

/** A firm asks; it does not move anybody. */
function scoped(operation: unknown, value: object, scope: FirmScope): Record<string, unknown> {
  if (operation === 'zones') return { ...value };
  if (!OF_PEOPLE.has(operation)) {
    throw new AccessError('FORBIDDEN', `${String(operation)} is not for a firm`);
  }
  return { ...value, scope };
}

async function muster({ engine, settings, now }: Around, value: Record<string, unknown>) {
  const { format: wish = 'json', ...rest } = value;
  const form = format.parse(wish, 'msg.payload.format');
  const entries = await engine.muster(rest);
  if (form === 'json') return plain(entries);
  const zones = await engine.zones({});
  const sheet: MusterSheet = {
    language: settings.language,
    timeZone: settings.zone,
    site: settings.name,
    zones: new Map(zones.map(({ id, name }) => [id, name])),
    at: typeof rest.at === 'number' ? rest.at : now(),
  };
  return form === 'csv'
    ? { payload: musterCsv(entries, sheet), contentType: 'text/csv; charset=utf-8' }
    : { payload: musterHtml(entries, sheet), contentType: 'text/html; charset=utf-8' };
}

function plain(payload: unknown): Answer {
  return { payload };
}

/** A timestamp of an inject node, or an empty text, asks for nothing in particular. */
function isEmpty(payload: unknown): boolean {
  return payload === undefined || payload === null || payload === '' || typeof payload === 'number';
}
