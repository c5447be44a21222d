import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { Effect, EventEffect, Lock, PassageEffect } from '../../lib/devices/passage/model.ts';
import { PASSAGE_EVENTS } from '../../lib/devices/passage/model.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { Passage } from '../../lib/model/decision.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import type { Access } from '../../lib/model/message.ts';
import { optional } from '../../lib/model/optional.ts';
import type { EventEntry } from '../../lib/model/record.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';
import type { Points } from './points.ts';

/** The message that a grant came with, and what is known of it. */
export interface Carried {
  message: NodeMessageInFlow;
  access: Access;
}

export interface OutboxOptions {
  RED: NodeAPI;
  node: Node;
  site: SiteApi;
  points: Points;
  /** The message of a decision that is being acted on. */
  carried: (grant: string) => Carried | undefined;
  /** Whether a lock is open for all now. */
  isOpen: (lock: Lock) => boolean;
}

const COMMANDS = 0;
const PASSAGES = 1;
const ALARMS = 2;
const SECOND = 1000;

type Command = Extract<Effect, { type: 'command' }>;

/** Turns effects into messages and records. A passage is sent when it is recorded, an alarm at once. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #recording = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  perform(effect: Effect): void {
    if (effect.type === 'passage') this.#passage(effect);
    else if (effect.type === 'event') this.#event(effect);
    else if (effect.action === 'on') this.openForAll(effect.lock, effect.cause);
    else this.#command(effect);
  }

  /**
   * Opens for a mode or a fire: with a grant of the engine, without which no relay opens. By the time it is
   * there the lock may have to be closed again.
   */
  openForAll(lock: Lock, cause: Command['cause']): void {
    void this.#grantForAll(lock, cause).then((access) => {
      if (this.#isClosed || !this.#options.isOpen(lock)) return;
      const message = { payload: true, command: 'on', direction: lock, cause };
      this.#send(COMMANDS, { ...message, ...optional('access', access) });
    });
  }

  /** Sends nothing more, and resolves when everything is recorded. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#recording);
  }

  #command({ lock, action, duration, grant, cause }: Command): void {
    this.#send(COMMANDS, {
      ...this.#base(grant),
      payload: action !== 'off',
      command: action,
      direction: lock,
      cause,
      ...optional('duration', duration === undefined ? undefined : duration / SECOND),
    });
  }

  #passage(effect: PassageEffect & { at: number }): void {
    const base = this.#base(effect.grant);
    const passage = this.#passageOf(effect);
    const access = { ...(base.access ?? this.#nobody(passage)), passage };
    this.#record(this.#options.site.doors.journal.passage(passage), () => {
      if (!this.#isClosed) this.#send(PASSAGES, { ...base, access, payload: passage });
    });
  }

  #event(effect: EventEffect & { at: number }): void {
    const entry = this.#entryOf(effect);
    this.#record(this.#options.site.doors.journal.event(entry), () => undefined);
    this.#send(ALARMS, { ...this.#base(effect.grant), payload: entry });
  }

  #record(recorded: Promise<void>, then: () => void): void {
    const work = recorded
      .then(then, (reason: unknown) => {
        this.#options.node.error(reason);
      })
      .finally(() => {
        this.#recording.delete(work);
      });
    this.#recording.add(work);
  }

  async #grantForAll(lock: Lock, cause: Command['cause']): Promise<Access | undefined> {
    const { site, points } = this.#options;
    const accessPoint = points.at(lock === 'both' ? 'undefined' : lock).id;
    try {
      const decision = await site.engine.grantOpening({
        accessPoint,
        cause: cause === 'fire' ? 'fire' : 'mode',
      });
      const { attempt: id, at } = decision;
      return { attempt: { id, at, accessPoint, credentials: [] }, decision };
    } catch {
      // Told without a grant: whoever opens without one, as a fire panel does, still can.
      return undefined;
    }
  }

  /** A copy of the message that the grant came with; what is sent may be changed by whoever gets it. */
  #base(grant: string | undefined): NodeMessage & { access?: Access } {
    const carried = grant === undefined ? undefined : this.#options.carried(grant);
    if (carried === undefined) return {};
    return { ...this.#options.RED.util.cloneMessage(carried.message), access: carried.access };
  }

  #passageOf({
    grant,
    outcome,
    direction,
    confirmed,
    at,
  }: PassageEffect & { at: number }): Passage {
    const { points, carried } = this.#options;
    const decision = grant === undefined ? undefined : carried(grant)?.access.decision;
    const happened = outcome === 'taken' || outcome === 'forced';
    return {
      id: uuidv7(),
      ...optional('decision', grant),
      accessPoint: decision?.accessPoint ?? points.at(direction).id,
      ...optional('person', decision?.person?.id),
      direction,
      outcome,
      confirmed,
      ...(happened ? points.zones(direction) : {}),
      at: wallTime(at),
    };
  }

  #entryOf({ code, direction, grant, author, details }: EventEffect): EventEntry {
    const all = { ...details, ...optional('direction', direction), ...optional('decision', grant) };
    return {
      category: PASSAGE_EVENTS[code],
      code,
      accessPoint: this.#options.points.at(direction ?? 'undefined').id,
      ...optional('author', author),
      ...(Object.keys(all).length === 0 ? {} : { details: all }),
    };
  }

  #nobody({ accessPoint, at }: Passage): Access {
    const { RED } = this.#options;
    return {
      attempt: {
        id: RED.util.generateId(),
        at,
        ...optional('accessPoint', accessPoint),
        credentials: [],
      },
    };
  }

  #send(port: number, message: NodeMessage): void {
    const ports: (NodeMessage | null)[] = [null, null, null];
    ports[port] = message;
    this.#options.node.send(ports);
  }
}

function wallTime(monotonic: number): number {
  return Math.round(systemClock.now() - (systemClock.monotonic() - monotonic));
}
