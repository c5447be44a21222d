import type { Change } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { uuidv7 } from '../../model/ids.ts';
import { optional } from '../../model/optional.ts';
import type { Pass } from '../../model/pass.ts';
import type {
  IssueRequest,
  PassRequest,
  ReplaceRequest,
  ReturnRequest,
  WaiveRequest,
} from '../../model/pass-request.ts';
import type { EventEntry } from '../../model/record.ts';
import { isRefused, type PenaltyState } from '../../policy/passes/penalty.ts';
import { planIssue, planReplacement, planReturn, type Desk } from '../../policy/passes/plan.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { PassOptions, PassResult } from '../engine.ts';
import type { Journal } from '../journal.ts';
import { createLimiter } from '../limiter.ts';
import type { LocalClock } from './local-clock.ts';
import type { Penalties } from './penalties.ts';

/** Gives out, replaces and takes back passes, one request after the other. */
export type PassDesk = (request: PassRequest, options: PassOptions) => Promise<PassResult>;

interface Parts {
  administration: Administration;
  penalties: Penalties;
  local: LocalClock;
  trust: ClockTrust;
  journal: Journal;
}

export function createPassDesk(parts: Parts): PassDesk {
  const { administration, penalties, local, trust, journal } = parts;
  const find: Administration['find'] = (query) => administration.find(query);
  const oneAfterTheOther = createLimiter(1);

  async function deskFor(tag: string, { scope }: PassOptions): Promise<Desk> {
    const inScope = optional('scope', scope);
    const [credential] = await find({ kind: 'credential', id: tag, ...inScope });
    if (credential === undefined) throw missing('credential', tag);
    const [held] = await find({ kind: 'pass', tag, open: true, ...inScope });
    return { now: local(), id: uuidv7(trust.read().now), tag: credential, held };
  }

  async function passOf(
    query: { id: string } | { tag: string; open: true },
    { scope }: PassOptions,
  ): Promise<Pass> {
    const [pass] = await find({ kind: 'pass', ...query, ...optional('scope', scope) });
    if (pass !== undefined) return pass;
    throw 'id' in query ? missing('pass', query.id) : missing('active pass of tag', query.tag);
  }

  async function commit(
    code: string,
    { changes, pass }: { changes: readonly Change[]; pass: Pass },
    options: PassOptions,
  ): Promise<PassResult> {
    const event = passEvent(code, pass, options);
    const { version, failed } = await administration.change(changes, options, event);
    const [failure] = failed;
    if (failure !== undefined) throw new AccessError(failure.code, failure.message);
    return { version, pass };
  }

  async function issue(request: IssueRequest, options: PassOptions): Promise<PassResult> {
    const desk = await deskFor(request.tag, options);
    return commit('passIssued', planIssue(request, desk), options);
  }

  async function replace(request: ReplaceRequest, options: PassOptions): Promise<PassResult> {
    const replaced = await passOf({ id: request.pass }, options);
    const { scope } = options;
    const { person } = replaced;
    const firm = request.firm ?? replaced.firm ?? (await penalties.employerOf(person, scope));
    const before = await penaltyOf(person, firm, options);
    if (before !== undefined && isRefused(before)) {
      throw new AccessError(
        'CONFLICT',
        `${person} has ${before.points} penalty points at ${before.firm}, which allows no replacement from ${before.threshold} on`,
      );
    }
    const standIn = await standInOf(replaced, options);
    const desk = await deskFor(request.tag, options);
    const plan = planReplacement(
      { ...request, ...optional('firm', firm) },
      desk,
      replaced,
      standIn,
    );
    const result = await commit('passReplaced', plan, options);
    const penalty = await penaltyOf(person, firm, options);
    if (penalty !== undefined) reportThreshold(before, penalty, options);
    return { ...result, ...optional('penalty', penalty) };
  }

  async function penaltyOf(person: string, firm: string | undefined, { scope }: PassOptions) {
    return firm === undefined ? undefined : penalties.of(person, firm, scope);
  }

  async function standInOf(replaced: Pass, { scope }: PassOptions): Promise<Pass | undefined> {
    const { person } = replaced;
    const open = await find({ kind: 'pass', person, open: true, ...optional('scope', scope) });
    return open.find((pass) => pass.replaces === replaced.id);
  }

  /** The administrator is told once, when the points reach the threshold (N9). */
  function reportThreshold(
    before: PenaltyState | undefined,
    { person, firm, points, threshold }: PenaltyState,
    { author }: PassOptions,
  ): void {
    if (points < threshold || (before?.points ?? 0) >= threshold) return;
    const details = { person, firm, points, threshold };
    journal.note(
      { category: 'administration', code: 'penaltyThreshold', author, details },
      trust.read(),
    );
  }

  async function takeBack(request: ReturnRequest, options: PassOptions): Promise<PassResult> {
    const { pass: id, tag } = request;
    if ((id === undefined) === (tag === undefined)) {
      throw new AccessError('INPUT_INVALID', 'a return names either the pass or the tag');
    }
    const pass = await passOf(id === undefined ? { tag: tag ?? '', open: true } : { id }, options);
    return commit('passReturned', planReturn(request, pass, local()), options);
  }

  async function waive(request: WaiveRequest, options: PassOptions): Promise<PassResult> {
    const pass = await passOf({ id: request.pass }, options);
    const { now } = trust.read();
    const { author } = options;
    const value = { id: uuidv7(now), pass: pass.id, reason: request.reason, author, at: now };
    const changes: Change[] = [{ op: 'create', kind: 'waiver', value }];
    return commit('penaltyWaived', { changes, pass }, options);
  }

  return (request, options) =>
    oneAfterTheOther(() => {
      switch (request.operation) {
        case 'issue':
          return issue(request, options);
        case 'replace':
          return replace(request, options);
        case 'return':
          return takeBack(request, options);
        case 'waive':
          return waive(request, options);
      }
    });
}

/** Who got or gave back what; names the host of a guest (N11). */
function passEvent(code: string, pass: Pass, { author }: PassOptions): EventEntry {
  const { id, tag, person, type, reason, end, host, firm } = pass;
  return {
    category: 'administration',
    code,
    author,
    details: {
      ...{ pass: id, tag, person, type },
      ...optional('reason', reason),
      ...optional('end', end),
      ...optional('host', host),
      ...optional('firm', firm),
    },
  };
}

function missing(what: string, id: string): AccessError {
  return new AccessError('NOT_FOUND', `${what} "${id}" does not exist`);
}
