import { createHash } from 'node:crypto';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { MarkAnswer, MarkRequest } from '../../model/release-requests.ts';
import type { Deal } from '../../model/release.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ClockTrust, Moment } from '../clock-trust.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import { canonicalJson } from '../store/canonical.ts';
import type { SideWrite, Store } from '../store/store.ts';

/** How far the clock of an accounting system may be ahead of ours. Milliseconds. */
const AHEAD = 300_000;

/** Rejects with NOT_FOUND, CONFLICT, INPUT_INVALID, or with what the store says. */
export type MarkDeal = (request: MarkRequest) => Promise<MarkAnswer>;

interface Parts {
  policy: Policy;
  store: Store;
  trust: ClockTrust;
  writer: PolicyWriter;
}

/** Marks deals. Deal, key and event are committed together, so that a key counts exactly once (C42). */
export function createMarks({ policy, store, trust, writer }: Parts): MarkDeal {
  /** The firm whose key it is, and the deal if it is named by its id. */
  async function addressee(request: MarkRequest): Promise<{ firm: string; deal?: Deal }> {
    const firm = scopedFirm(request);
    if (request.deal === undefined) {
      if (firm !== undefined && request.reference !== undefined) return { firm };
      throw new AccessError('INPUT_INVALID', 'a mark needs "deal", or "firm" and "reference"');
    }
    const [deal] = await store.find({ kind: 'deal', id: request.deal, limit: 1 });
    // A deal of somebody else is not even known to exist.
    if (deal === undefined || (firm !== undefined && deal.firm !== firm)) {
      throw new AccessError('NOT_FOUND', `deal "${request.deal}" does not exist`);
    }
    return { firm: deal.firm, deal };
  }

  function byReference(firm: string, reference: string): Deal {
    const [deal, other] = policy.release.find({ firm, reference });
    if (deal === undefined) {
      throw new AccessError('NOT_FOUND', `firm "${firm}" has no open deal "${reference}"`);
    }
    if (other === undefined) return deal;
    throw new AccessError('CONFLICT', `firm "${firm}" has several open deals "${reference}"`);
  }

  async function write(
    request: MarkRequest,
    deal: Deal,
    digest: string,
    moment: Moment,
  ): Promise<MarkAnswer> {
    const { mark, set = true, key, source } = request;
    const at = timeOf(request, moment.now);
    const marks = { ...deal.marks };
    if (set) marks[mark] = at;
    else Reflect.deleteProperty(marks, mark);
    const state = policy.release.dealState({ ...deal, marks }, instantOf(moment));
    const answer: MarkAnswer = { mark, set, at, state };
    const side: SideWrite = {
      ...{ kind: 'markKey', firm: deal.firm, source, key, digest, at: moment.now },
      answer: JSON.stringify(answer),
    };
    const change = { op: 'update', kind: 'deal', value: { id: deal.id, marks } } as const;
    const outcome = await writer.write([change], true, eventOf(request, deal, answer), {
      side: [side],
    });
    const [failure] = outcome.failed;
    if (failure !== undefined) throw new AccessError(failure.code, failure.message);
    return answer;
  }

  return (request) =>
    writer.alone(async () => {
      const { firm, deal } = await addressee(request);
      const digest = digestOf(request);
      const known = await store.markKey(firm, request.source, request.key);
      if (known !== undefined) return repeated(known, digest, request);
      const open = deal ?? byReference(firm, request.reference ?? '');
      if (open.closedAt !== undefined) {
        throw new AccessError('CONFLICT', `deal "${open.id}" is closed`);
      }
      return write(request, open, digest, trust.read());
    });
}

/** The firm that the request is for; a scope wins, and anything else than its firm is not there. */
function scopedFirm({ firm, scope }: MarkRequest): string | undefined {
  if (scope === undefined || firm === undefined || firm === scope.firm) return scope?.firm ?? firm;
  throw new AccessError('NOT_FOUND', `firm "${firm}" does not exist`);
}

function repeated(
  known: { digest: string; answer: string },
  digest: string,
  { key, source }: MarkRequest,
): MarkAnswer {
  if (known.digest === digest) return JSON.parse(known.answer) as MarkAnswer;
  throw new AccessError(
    'CONFLICT',
    `the key "${key}" of ${source} stood for something else before`,
  );
}

/** What a repetition has to have in common: what is marked, not who brings it. */
function digestOf({ deal, firm, reference, mark, set = true, at }: MarkRequest): string {
  const content = canonicalJson({ deal, firm, reference, mark, set, at });
  return createHash('sha256').update(content).digest('base64url');
}

function timeOf({ at }: MarkRequest, now: number): number {
  if (at === undefined) return now;
  if (at <= now + AHEAD) return Math.min(at, now);
  throw new AccessError('INPUT_INVALID', 'at: a mark cannot lie in the future');
}

function instantOf({ now, trusted }: Moment): { instant: number; trusted: boolean } {
  return { instant: now, trusted };
}

function eventOf(
  { author, source, key, mark, set = true }: MarkRequest,
  { id, firm, reference }: Deal,
  { at }: MarkAnswer,
): EventEntry {
  return {
    category: 'administration',
    code: 'dealMarked',
    author,
    details: { deal: id, firm, ...optional('reference', reference), mark, set, at, source, key },
  };
}
