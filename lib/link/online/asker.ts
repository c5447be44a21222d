import type { ServerAnswer, Silence } from '../../engine/online/online.ts';
import type { Clock } from '../../model/clock.ts';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { parser } from '../../model/parse.ts';
import { Forget, type Check } from './checks.ts';
import type { GatewayEnd } from '../ends/gateway-end.ts';
import { readAnswer, writeCheck, type AnswerRefusal, type Question } from './question.ts';

/** What came of a question, after `took` milliseconds. */
export type Reply = ({ answer: ServerAnswer } | { silence: Silence }) & { took: number };

/** Puts questions to a server. Never rejects: what goes wrong is silence. */
export interface Asks {
  ask(question: Question): Promise<Reply>;
  close(): void;
}

export interface AskerEvents {
  /** An answer came that opens nothing. */
  refused: { reason: AnswerRefusal; check?: string; accessPoint?: string };
  /** The server takes back what may be kept. */
  forget: { person?: string };
}

interface Pending {
  check: Check;
  /** Monotonic. */
  askedAt: number;
  timer: NodeJS.Timeout;
  end(reply: { answer: ServerAnswer } | { silence: Silence }): void;
}

/** Questions whose time is over are remembered, so that an answer can be told from one to nothing at all. */
const REMEMBERED = 1000;

const forgetForm = parser(Forget);

/**
 * Asks over the link. An answer counts while its question waits: on the connection on which it was asked, within the
 * limit by the monotonic clock, and once (I4).
 */
export class LinkAsker implements Asks {
  readonly #end: GatewayEnd;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #isOnline: () => boolean;
  readonly #pending = new Map<string, Pending>();
  /** Ended questions and their access points. */
  readonly #ended = new Map<string, string>();
  readonly #events = createEmitter<AskerEvents>();
  readonly on: Emitter<AskerEvents>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #stops: (() => void)[];

  /** `isOnline`: whether a server is there that may answer. */
  constructor(end: GatewayEnd, clock: Pick<Clock, 'monotonic'>, isOnline: () => boolean) {
    this.#end = end;
    this.#clock = clock;
    this.#isOnline = isOnline;
    this.#stops = [
      end.on('answers', ({ content }) => {
        this.#take(content);
      }),
      end.on('down', () => {
        this.#fail('hostUnreachable');
      }),
    ];
  }

  ask(question: Question): Promise<Reply> {
    const askedAt = this.#clock.monotonic();
    const isPaired = this.#end.serverKeys().length > 0;
    if (!isPaired || !this.#end.connected || !this.#isOnline()) return unreachable();
    return new Promise((resolve) => {
      const check = writeCheck(question, this.#end);
      const timer = setTimeout(() => {
        pending.end({ silence: 'hostTimeout' });
      }, question.limit);
      const pending: Pending = {
        check,
        askedAt,
        timer,
        end: (reply) => {
          this.#forget(pending);
          resolve({ ...reply, took: this.#clock.monotonic() - askedAt });
        },
      };
      this.#pending.set(check.id, pending);
      this.#end.ask(check).catch(() => {
        pending.end({ silence: 'hostUnreachable' });
      });
    });
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#fail('hostUnreachable');
  }

  #fail(silence: Silence): void {
    for (const pending of [...this.#pending.values()]) pending.end({ silence });
  }

  #forget({ check, timer }: Pending): void {
    clearTimeout(timer);
    this.#pending.delete(check.id);
    const oldest = this.#ended.size < REMEMBERED ? undefined : this.#ended.keys().next().value;
    if (oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.set(check.id, check.accessPoint);
  }

  #take(content: unknown): void {
    if (forgetForm.check(content)) this.#takeBack(content);
    else this.#answer(content);
  }

  #takeBack({ site, gateway, person }: Forget): void {
    const { address } = this.#end;
    if (site !== address.site || gateway !== address.gateway) return;
    this.#events.emit('forget', person === undefined ? {} : { person });
  }

  #answer(content: unknown): void {
    const id = checkOf(content);
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      this.#refuseUnasked(id);
      return;
    }
    const { check, askedAt } = pending;
    const answer = readAnswer(content, check, this.#end);
    if (typeof answer === 'string') this.#refuse(answer, id, check.accessPoint);
    else if (this.#clock.monotonic() - askedAt >= check.life) {
      pending.end({ silence: 'hostTimeout' });
      this.#refuse('late', id, check.accessPoint);
    } else pending.end({ answer });
  }

  /** Another node on the same link may have asked: that is not told. */
  #refuseUnasked(id: string): void {
    const accessPoint = this.#ended.get(id);
    if (accessPoint !== undefined) this.#refuse('late', id, accessPoint);
  }

  #refuse(reason: AnswerRefusal, check: string, accessPoint: string): void {
    this.#events.emit('refused', { reason, check, accessPoint });
  }
}

function checkOf(content: unknown): string {
  const { check } = (content ?? {}) as { check?: unknown };
  return typeof check === 'string' ? check : '';
}

function unreachable(): Promise<Reply> {
  return Promise.resolve({ silence: 'hostUnreachable', took: 0 });
}
