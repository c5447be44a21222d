import type { Change, StoredCredential } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { Pass } from '../../model/pass.ts';
import type {
  IssueRequest,
  ReplaceReason,
  ReplaceRequest,
  ReturnRequest,
} from '../../model/pass-request.ts';

/** What is known when a tag is given out. */
export interface Desk {
  /** Local time of the site, `2026-12-31T18:00:00`. */
  now: string;
  /** Id of the pass to be. */
  id: string;
  /** The tag that is given out, and its active pass. */
  tag: StoredCredential;
  held: Pass | undefined;
}

/** What has to be written together, and the pass that it is about. */
export interface PassPlan {
  changes: Change[];
  pass: Pass;
}

/** A tag that was reported so is not given out again before somebody has set its status right. */
const LOST_STATUSES: ReadonlySet<string> = new Set(['blocked', 'lost', 'stolen', 'damaged']);

/** Throws CONFLICT for a tag that cannot be given out, INPUT_INVALID for a visit without host or a pass without end. */
export function planIssue(request: IssueRequest, desk: Desk): PassPlan {
  const { tag, person, type, validFrom = desk.now, host, firm, note } = request;
  const { reason = host === undefined ? 'first' : 'visit' } = request;
  if (reason === 'visit' && host === undefined) throw invalid('a visit needs a host');
  const validTo = request.validTo ?? (type === 'oneOff' ? validFrom.slice(0, 10) : undefined);
  if (type === 'temporary' && validTo === undefined) throw invalid('a temporary pass needs an end');
  const pass: Pass = {
    id: desk.id,
    tag,
    person,
    type,
    status: 'active',
    validFrom,
    reason,
    ...optional('validTo', validTo),
    ...optional('host', host),
    ...optional('firm', firm),
    ...optional('note', note),
  };
  return { changes: [...takeTag(desk), put(pass)], pass };
}

/**
 * Throws CONFLICT for a pass that is over or has a stand-in already, or for a tag that cannot be given out.
 * `standIn` is the active pass that was given in place of the replaced one before, if there is one.
 */
export function planReplacement(
  request: ReplaceRequest,
  desk: Desk,
  replaced: Pass,
  standIn: Pass | undefined,
): PassPlan {
  if (replaced.status !== 'active') throw conflict(`the pass ${replaced.id} is not active`);
  if (replaced.tag === request.tag) throw conflict('a pass cannot be replaced by its own tag');
  return request.reason === 'forgotten'
    ? planStandIn(request, desk, replaced, standIn)
    : planSuccessor({ ...request, reason: request.reason }, desk, replaced, standIn);
}

/** For a time beside the forgotten pass, which is suspended meanwhile (R-076, D10). */
function planStandIn(
  { tag, type = 'temporary', validTo, firm, note }: ReplaceRequest,
  desk: Desk,
  replaced: Pass,
  standIn: Pass | undefined,
): PassPlan {
  const isUsed = standIn !== undefined && !isOver(standIn, desk.now) && standIn.tag !== tag;
  if (isUsed) throw conflict(`the pass ${standIn.id} stands in for it already`);
  const pass: Pass = {
    ...inherited(replaced, firm),
    id: desk.id,
    tag,
    type,
    status: 'active',
    validFrom: desk.now,
    validTo: validTo ?? desk.now.slice(0, 10),
    reason: 'forgotten',
    replaces: replaced.id,
    ...optional('note', note),
  };
  const over = standIn === undefined || standIn.tag === tag ? [] : [expire(standIn, desk.now)];
  return { changes: [...over, ...takeTag(desk), put(pass)], pass };
}

/** For the rest of the time; the old tag stays blocked. A stand-in now stands in for the new pass. */
function planSuccessor(
  { tag, reason, firm, note }: ReplaceRequest & { reason: Exclude<ReplaceReason, 'forgotten'> },
  desk: Desk,
  replaced: Pass,
  standIn: Pass | undefined,
): PassPlan {
  const pass: Pass = {
    ...inherited(replaced, firm),
    id: desk.id,
    tag,
    type: replaced.type,
    status: 'active',
    validFrom: desk.now,
    reason,
    replaces: replaced.id,
    ...optional('validTo', replaced.validTo),
    ...optional('note', note),
  };
  const moved =
    standIn === undefined || standIn.tag === tag ? [] : [update(standIn.id, { replaces: pass.id })];
  const changes = [...planEnd(replaced, reason, desk.now), ...takeTag(desk), put(pass), ...moved];
  return { changes, pass };
}

/** Throws CONFLICT for a pass that is over. */
export function planReturn({ end = 'returned', note }: ReturnRequest, pass: Pass, now: string) {
  if (pass.status !== 'active') throw conflict(`the pass ${pass.id} is not active`);
  const changes = planEnd(pass, end, now);
  return {
    changes: note === undefined ? changes : [...changes, update(pass.id, { note })],
    pass: { ...pass, ...ended(end, now), ...optional('note', note) },
  };
}

function planEnd(pass: Pass, end: NonNullable<Pass['end']>, now: string): Change[] {
  const change = update(pass.id, ended(end, now));
  if (!LOST_STATUSES.has(end)) return [change];
  return [change, { op: 'update', kind: 'credential', value: { id: pass.tag, status: end } }];
}

/** Makes a tag free that has come back without anybody having said so, and usable again. */
function takeTag({ tag, held, now }: Desk): Change[] {
  if (tag.status !== undefined && LOST_STATUSES.has(tag.status)) {
    throw conflict(`the tag ${tag.id} is marked as ${tag.status}`);
  }
  const changes: Change[] = [];
  if (held !== undefined) {
    if (!isOver(held, now)) {
      throw conflict(`the tag ${tag.id} is held by ${held.person} with the pass ${held.id}`);
    }
    changes.push(expire(held, now));
  }
  const isUsable = tag.status === undefined || tag.status === 'active';
  if (isUsable) return changes;
  return [
    ...changes,
    { op: 'update', kind: 'credential', value: { id: tag.id, status: 'active' } },
  ];
}

/** Whether the validity of a pass has ended; a bare date includes its day. */
export function isOver({ validTo }: Pass, now: string): boolean {
  if (validTo === undefined) return false;
  return (validTo.includes('T') ? validTo : `${validTo}T24`) <= now;
}

function inherited({ person, host, firm }: Pass, given: string | undefined) {
  return { person, ...optional('host', host), ...optional('firm', given ?? firm) };
}

function ended(end: NonNullable<Pass['end']>, now: string) {
  return { status: 'inactive', end, endedAt: now } as const;
}

function expire(pass: Pass, now: string): Change {
  return update(pass.id, ended('expired', now));
}

function put(pass: Pass): Change {
  return { op: 'create', kind: 'pass', value: pass };
}

function update(id: string, value: Partial<Pass>): Change {
  return { op: 'update', kind: 'pass', value: { id, ...value } };
}

function conflict(message: string): AccessError {
  return new AccessError('CONFLICT', message);
}

function invalid(message: string): AccessError {
  return new AccessError('INPUT_INVALID', message);
}
