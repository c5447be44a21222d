import type { NodeMessageInFlow } from 'node-red';
import { HttpAsker } from '../link/online/http-asker.ts';
import { LinkAsker, type AskerEvents, type Asks } from '../link/online/asker.ts';
import type { GatewayEnd } from '../link/ends/gateway-end.ts';
import type { Attempt } from '../model/attempt.ts';
import { systemClock } from '../model/clock.ts';
import type { Decision } from '../model/decision.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import { optional } from '../model/optional.ts';
import { openSecrets, unavailable } from './attempt.ts';
import { faceIn } from './face-message.ts';
import { Forgetting } from './forgetting.ts';
import { grantedElsewhere } from './granted-elsewhere.ts';
import type { LinkApi } from './link.ts';
import { OnlineStatus } from './online-status.ts';
import type { SiteApi } from './site.ts';
import type { Status } from './status.ts';

export interface OnlineDeskOptions {
  limit: number;
  url: string | undefined;
}

/** Events about refused answers in one minute; more of them say nothing new. */
const MOST_EVENTS = 20;

/** Asks the server about attempts, and has the engine record what came of it before anything opens. */
export class OnlineDesk {
  readonly #site: SiteApi;
  readonly #limit: number;
  readonly #asker: Asks;
  readonly #status: OnlineStatus;
  readonly #closes: (() => void)[];
  #events = 0;

  /** Throws CONFIG_INVALID for the link of a server. */
  constructor(link: LinkApi, { limit, url }: OnlineDeskOptions, status: Status) {
    const end = link.gateway;
    if (end === undefined) {
      throw new AccessError('CONFIG_INVALID', 'the chosen link is that of a server');
    }
    this.#site = link.site;
    this.#limit = limit;
    const forgetting = new Forgetting(link.site);
    const asker = new LinkAsker(end, systemClock, () => link.state.name === 'online');
    this.#asker = url === undefined ? asker : new HttpAsker(url, end, systemClock);
    this.#status = new OnlineStatus(url === undefined ? link : undefined, link.site, status);
    const minute = setInterval(() => {
      this.#events = 0;
    }, 60_000).unref();
    this.#closes = [
      ...this.#watch(asker, end, forgetting),
      () => {
        clearInterval(minute);
      },
      () => {
        asker.close();
        this.#asker.close();
        forgetting.close();
        this.#status.close();
      },
    ];
  }

  /** The decision on an attempt, recorded. Throws INPUT_INVALID for one without an access point. */
  async decide(attempt: Attempt, message: NodeMessageInFlow): Promise<Decision> {
    const { accessPoint } = attempt;
    if (accessPoint === undefined) {
      throw new AccessError('INPUT_INVALID', 'the attempt names no access point');
    }
    const opened = { ...openSecrets(attempt, this.#site.sealing), accessPoint };
    const face = faceIn(message, this.#site.sealing);
    const question = { attempt: opened, limit: this.#limit, ...optional('face', face) };
    const reply = await this.#asker.ask(question);
    this.#status.took(reply);
    try {
      const decision = await this.#site.engine.takeAnswer({ ...reply, attempt: opened });
      if (face !== undefined && decision.outcome === 'granted' && decision.by === 'server') {
        grantedElsewhere(this.#site).emit('granted', attempt.id);
      }
      return decision;
    } catch (reason) {
      if (toAccessError(reason).code !== 'ENGINE_UNAVAILABLE') throw reason;
      return unavailable(attempt, this.#site.settings.language);
    }
  }

  close(): void {
    for (const close of this.#closes) close();
  }

  #watch(asker: LinkAsker, end: GatewayEnd, forgetting: Forgetting): (() => void)[] {
    return [
      asker.on('refused', (refusal) => {
        this.#tell(refusal);
      }),
      asker.on('forget', ({ person }) => {
        forgetting.forget(person);
      }),
      // The server is there again and may be asked: what was kept for its absence has done its duty.
      end.on('up', () => {
        forgetting.forget();
      }),
      end.on('refused', ({ channel, reason }) => {
        if (channel === 'answers') this.#tell({ reason });
      }),
    ];
  }

  /** An answer that opens nothing is recorded. */
  #tell({
    reason,
    check,
    accessPoint,
  }: Omit<AskerEvents['refused'], 'reason'> & { reason: string }): void {
    this.#events += 1;
    if (this.#events > MOST_EVENTS) return;
    const event: EventEntry = {
      category: reason === 'late' ? 'system' : 'alarm',
      code: 'answerRefused',
      details: { reason, ...optional('check', check) },
      ...optional('accessPoint', accessPoint),
    };
    // An engine that is down shows that itself.
    this.#site.engine.recordEvent(event).catch(() => undefined);
  }
}
