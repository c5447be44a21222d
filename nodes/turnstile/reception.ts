import type { NodeMessageInFlow } from 'node-red';
import type { EventEffect, Grant, PassageEvent } from '../../lib/devices/passage/model.ts';
import type { Direction } from '../../lib/model/access-point.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import { accessOf } from '../../lib/runtime/message.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';
import type { Meaning } from './input.ts';
import type { Carried } from './outbox.ts';
import type { Points } from './points.ts';
import { decideRequest } from './requests.ts';

type Request = Extract<Meaning, { type: 'request' }>;

export interface ReceptionOptions {
  site: SiteApi;
  points: Points;
  /** A request to exit only explains why the door will open: it needs no unlocking from inside. */
  shuntsOnly: boolean;
  /** Whether everybody may go this way now; both ways if none is named. */
  isOpenFor: (direction: Direction | undefined) => boolean;
  tell: (event: PassageEvent) => void;
  report: (event: EventEffect) => void;
}

/** Receives those who want to pass: with a decision, or with a wish that is decided here. */
export class Reception {
  readonly #options: ReceptionOptions;
  /** The messages of the grants that are being acted on. */
  readonly #carried = new Map<string, Carried>();
  /** Wishes that the engine has not answered yet. */
  readonly #asking = new Set<Promise<void>>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  carried(grant: string): Carried | undefined {
    return this.#carried.get(grant);
  }

  /** Forgets the messages of all other grants. */
  keepOnly(grants: ReadonlySet<string>): void {
    for (const grant of this.#carried.keys()) if (!grants.has(grant)) this.#carried.delete(grant);
  }

  /** A granted decision that is for this passage and still fresh. Anything else opens nothing. */
  decided(message: NodeMessageInFlow): void {
    const access = accessOf(message);
    const { decision } = access;
    if (decision === undefined) {
      throw new AccessError('INPUT_INVALID', 'msg.access.decision is missing');
    }
    if (decision.outcome !== 'granted') return;
    const direction = this.#options.points.wayOf(decision);
    const holder = optional('holder', decision.person?.id);
    this.#act({ message, access }, decision, { direction, ...holder });
  }

  async requested(request: Request, message: NodeMessageInFlow): Promise<void> {
    const { shuntsOnly, tell, isOpenFor } = this.#options;
    if (request.by === 'requestToExit' && shuntsOnly) {
      tell({ type: 'shunt' });
      return;
    }
    if (isOpenFor(request.direction)) return;
    const asked = this.#ask(request, message);
    this.#asking.add(asked);
    await asked.finally(() => this.#asking.delete(asked));
  }

  /** Resolves when every wish has been answered. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.#asking);
  }

  async #ask({ by, direction: wanted }: Request, message: NodeMessageInFlow): Promise<void> {
    const { site, points } = this.#options;
    const isExit = by === 'requestToExit';
    const { attempt, decision, direction } = await decideRequest(site, points, wanted);
    if (decision.outcome !== 'granted') {
      this.#refused(decision, direction, isExit);
      return;
    }
    const rest = { ...message };
    // The signal has been answered: it must not be taken for one again further on.
    delete rest.sensor;
    this.#act({ message: rest, access: { attempt, decision } }, decision, {
      ...optional('direction', direction),
      ...optional('holder', isExit ? by : undefined),
    });
  }

  /** Who wants out and is not let out needs a guard; where the door needs no lock from inside it still opens. */
  #refused({ id, reasons }: Decision, direction: Direction | undefined, isExit: boolean): void {
    const reason = reasons[0] ?? 'unknown';
    if (isExit && reason === 'engineUnavailable') this.#options.tell({ type: 'shunt' });
    this.#options.report({
      type: 'event',
      code: isExit ? 'exitBlocked' : 'grantRefused',
      ...optional('direction', direction),
      details: { reason, decision: id },
    });
  }

  #act(carried: Carried, decision: Decision, rest: Partial<Grant>): void {
    const life = lifeOf(decision);
    if (life <= 0) throw new AccessError('COMMAND_EXPIRED', 'the decision is too old');
    if (!this.#carried.has(decision.id)) this.#carried.set(decision.id, carried);
    const grant = {
      ...rest,
      id: decision.id,
      expires: systemClock.monotonic() + life,
      extended: carried.message.extended === true,
    };
    this.#options.tell({ type: 'grant', grant });
  }
}

/** Milliseconds; never more than the decision was given, should the wall clock have been set back. */
function lifeOf({ at, validUntil }: Decision): number {
  return Math.min(validUntil - at, validUntil - systemClock.now());
}
