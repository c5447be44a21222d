import Type from 'typebox';
import type { Engine } from '../engine/engine.ts';
import { systemClock } from '../model/clock.ts';
import { CredentialType } from '../model/credential.ts';
import { AccessError } from '../model/errors.ts';
import { Attributes, Id, Name, ShortText, closed } from '../model/fields.ts';
import { uuidv7 } from '../model/ids.ts';
import { parser } from '../model/parse.ts';
import { OpenDealsQuery, OverrideRequest, type FirmScope } from '../model/release-requests.ts';
import { DealRole, type Deal } from '../model/release.ts';
import type { Language } from '../model/site.ts';
import { optional } from '../model/optional.ts';
import type { Zone } from '../policy/zone.ts';
import { markAll, type MarkReport, type Refusal } from './marks.ts';
import { markRows } from './rows.ts';
import { announcementFor } from './announcement.ts';

export const OPERATIONS = ['marks', 'open', 'cancel', 'missing', 'override', 'list'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Something that others may want to hear of. */
export type ReleaseEvent = { event: string } & Record<string, unknown>;

export interface Answer {
  payload: unknown;
  events: ReleaseEvent[];
  /** Rows of accounting systems that were not taken. */
  refusals: Refusal[];
}

/** What stays the same for all requests of a node. */
export interface Surroundings {
  engine: Pick<
    Engine,
    'change' | 'find' | 'markDeal' | 'overrideRelease' | 'releaseState' | 'openDeals'
  >;
  zone: Zone;
  /** Of the site; that of a person goes before it. */
  language: Language;
}

export interface Request {
  value: unknown;
  author: string;
  /** The accounting system of marks. */
  source: string;
  scope?: FirmScope;
}

/** The visitor: by id, or by something that he carries or drives, such as a plate. */
const Visitor = {
  person: Type.Optional(Id),
  credential: Type.Optional(
    Type.Object(
      { type: CredentialType, value: Type.String({ minLength: 1, maxLength: 512 }) },
      closed,
    ),
  ),
};
type Visitor = Partial<Pick<Deal, 'person'>> & {
  credential?: { type: CredentialType; value: string };
};

const openParser = parser(
  Type.Object(
    {
      ...Visitor,
      id: Type.Optional(Id),
      firm: Type.Optional(Id),
      role: DealRole,
      reference: Type.Optional(Name),
      note: Type.Optional(ShortText),
      attributes: Type.Optional(Attributes),
    },
    closed,
  ),
);
const cancelParser = parser(Type.Object({ deal: Id, note: Type.Optional(ShortText) }, closed));
const visitorParser = parser(Type.Object(Visitor, closed));
const listParser = parser(Type.Omit(OpenDealsQuery, ['scope']));
const overrideParser = parser(
  Type.Object(
    { ...Visitor, ...Type.Pick(OverrideRequest, ['reason', 'minutes']).properties },
    closed,
  ),
);

/** Does what a message asks for. Rejects with the code of what is wrong, in the input or in the engine. */
export const PERFORM: Readonly<
  Record<Operation, (around: Surroundings, request: Request) => Promise<Answer>>
> = { marks, open, cancel, missing, override, list };

async function marks({ engine, zone }: Surroundings, { value, ...rest }: Request): Promise<Answer> {
  const context = { ...rest, zone };
  const report = await markAll(engine, markRows(value), context);
  return { payload: report, events: clearedBy(report), refusals: report.refused };
}

function clearedBy({ accepted }: MarkReport): ReleaseEvent[] {
  return accepted
    .filter(({ state }) => state.cleared)
    .map(({ state }) => ({ event: 'dealCleared', ...state }));
}

async function open({ engine }: Surroundings, { value, author, scope }: Request): Promise<Answer> {
  const { person, credential, id = uuidv7(), firm, ...rest } = openParser.parse(value, 'the deal');
  const deal = {
    ...rest,
    id,
    person: await visitorOf(engine, {
      ...optional('person', person),
      ...optional('credential', credential),
    }),
    firm: required('firm', firm ?? scope?.firm),
    openedAt: systemClock.now(),
    marks: {},
  };
  await change(engine, { op: 'create', kind: 'deal', value: deal }, author, scope);
  const { person: holder, firm: seller, reference } = deal;
  const opened = { deal: id, person: holder, firm: seller, ...optional('reference', reference) };
  return answer(deal, [{ event: 'dealOpened', ...opened }]);
}

async function cancel({ engine }: Surroundings, request: Request): Promise<Answer> {
  const { author, scope } = request;
  const { deal: id, note } = cancelParser.parse(request.value, 'the request');
  const [deal] = await engine.find({ kind: 'deal', id, ...optional('scope', scope) });
  if (deal === undefined) throw new AccessError('NOT_FOUND', `deal "${id}" does not exist`);
  if (deal.closedAt !== undefined) throw new AccessError('CONFLICT', `deal "${id}" is closed`);
  const value = { id, closedAt: systemClock.now(), ...optional('note', note) };
  await change(engine, { op: 'update', kind: 'deal', value }, author, scope);
  return answer({ ...deal, ...value }, [{ event: 'dealCancelled', deal: id, person: deal.person }]);
}

async function missing(around: Surroundings, { value, scope }: Request): Promise<Answer> {
  const given = typeof value === 'string' ? { person: value } : value;
  const person = await visitorOf(around.engine, visitorParser.parse(given, 'the query'));
  return answer(await announcementFor(around, person, scope));
}

async function override(around: Surroundings, request: Request): Promise<Answer> {
  const { author, scope } = request;
  const { person, credential, ...rest } = overrideParser.parse(request.value, 'the override');
  const visitor = { ...optional('person', person), ...optional('credential', credential) };
  const done = await around.engine.overrideRelease({
    ...rest,
    person: await visitorOf(around.engine, visitor),
    author,
    ...optional('scope', scope),
  });
  return answer(done, [{ event: 'releaseOverridden', ...done }]);
}

async function list({ engine }: Surroundings, { value, scope }: Request): Promise<Answer> {
  const query = listParser.parse(isNothing(value) ? {} : value, 'the query');
  return answer(await engine.openDeals({ ...query, ...optional('scope', scope) }));
}

async function visitorOf(
  engine: Pick<Engine, 'find'>,
  { person, credential }: Visitor,
): Promise<string> {
  if (credential === undefined) return required('person', person);
  const [holder] = await engine.find({ kind: 'person', credential, limit: 1 });
  if (holder === undefined || (person !== undefined && holder.id !== person)) {
    throw new AccessError('NOT_FOUND', `nobody here has this ${credential.type}`);
  }
  return holder.id;
}

async function change(
  engine: Pick<Engine, 'change'>,
  one: Parameters<Engine['change']>[0]['changes'][number],
  author: string,
  scope: FirmScope | undefined,
): Promise<void> {
  const options = { author, ...optional('scope', scope) };
  const { failed } = await engine.change({ changes: [one], options });
  if (failed[0] !== undefined) throw new AccessError(failed[0].code, failed[0].message);
}

function required<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new AccessError('INPUT_INVALID', `${name} is missing`);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function answer(payload: unknown, events: ReleaseEvent[] = []): Answer {
  return { payload, events, refusals: [] };
}
