import type { NodeMessageInFlow } from 'node-red';
import { KINDS } from '../../lib/devices/passage/kinds.ts';
import { withMachine } from '../../lib/devices/passage/machine.ts';
import type { Effect, Lock, PassageEvent } from '../../lib/devices/passage/model.ts';
import { run, type RunningMachine } from '../../lib/devices/passage/runner.ts';
import { systemTimers } from '../../lib/devices/timers.ts';
import { DIRECTIONS } from '../../lib/model/access-point.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { optional } from '../../lib/model/optional.ts';
import type { NodeContext } from '../../lib/runtime/node.ts';
import { shownState, type SiteApi } from '../../lib/runtime/site.ts';
import { groupOf, InputArray, modeMeant, signalMeant, type Meaning } from './input.ts';
import type { LiveState } from './live-state.ts';
import { Recent, statusOf } from './live.ts';
import { Membership } from './membership.ts';
import { ModeSchedule } from './mode-schedule.ts';
import { Outbox } from './outbox.ts';
import { openPoints } from './points.ts';
import { Reception } from './reception.ts';
import type { TurnstileConfig } from './turnstile.config.ts';

/** How long a closing node waits for its last answers, and then for its last records, in milliseconds. */
const CLOSE_LIMIT = 400;

/** Keeps one door or turnstile: what comes in goes to its machine, what the machine wants is carried out. */
export class Keeper {
  readonly #context: NodeContext<TurnstileConfig>;
  readonly #site: SiteApi;
  readonly #machine: RunningMachine;
  readonly #membership: Membership;
  readonly #outbox: Outbox;
  readonly #inputs: InputArray;
  readonly #schedule: ModeSchedule;
  readonly #reception: Reception;
  readonly #recent = new Recent();
  readonly #unsubscribe: (() => void)[] = [];
  #isFlowRunning = false;
  #isClosing = false;

  constructor(context: NodeContext<TurnstileConfig>) {
    const { RED, node, config } = context;
    this.#context = context;
    const { points, site } = openPoints(RED, config.accessPoints);
    this.#site = site;
    this.#inputs = new InputArray(config.inputs);
    const { group, interlock } = config;
    const tell = (event: PassageEvent): void => {
      this.#machine.send(event);
    };
    this.#membership = new Membership({ doors: site.doors, id: node.id, group, interlock, tell });
    this.#outbox = new Outbox({
      RED,
      node,
      site,
      points,
      carried: (grant) => this.#reception.carried(grant),
      isOpen: (lock) => this.#isOpen(lock),
    });
    this.#reception = new Reception({
      site,
      points,
      shuntsOnly: config.requestToExit === 'shunt',
      isOpenFor: (direction) => this.#isOpen(direction ?? 'both'),
      tell,
      report: (event) => {
        this.#perform({ ...event, at: systemClock.monotonic() });
      },
    });
    this.#machine = this.#startMachine();
    this.#membership.join();
    this.#follow();
    this.#schedule = this.#startSchedule();
  }

  async input(message: NodeMessageInFlow): Promise<void> {
    const sender = { node: this.#context.node.id, passA: this.#context.config.passA };
    if (message.mode !== undefined) {
      this.#tell(modeMeant(message), groupOf(message));
      return;
    }
    if (message.sensor !== undefined) {
      const meaning = signalMeant(message, sender);
      if (meaning !== undefined) await this.#mean([meaning], message);
      return;
    }
    const values = this.#valuesIn(message);
    if (values === undefined) this.#reception.decided(message);
    else await this.#mean(this.#inputs.meant(values, sender), message);
  }

  state(): LiveState {
    const { kind, group } = this.#context.config;
    return {
      ...this.#machine.view(),
      kind,
      ...optional('group', group),
      ...optional('interlock', this.#membership.interlock),
      recent: this.#recent.effects,
    };
  }

  /** Nobody stays without a record, and nothing stays open but for a fire. */
  async close(removed: boolean): Promise<void> {
    this.#isClosing = true;
    this.#schedule.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#machine.close();
    await within(CLOSE_LIMIT, this.#reception.answered());
    this.#membership.leave(removed);
    await within(CLOSE_LIMIT, this.#outbox.close());
  }

  #startMachine(): RunningMachine {
    const { kind, settings } = this.#context.config;
    return withMachine(kind, settings, (machine) =>
      run(machine, {
        clock: systemClock,
        timers: systemTimers,
        memory: this.#membership.memory,
        perform: (effect) => {
          this.#perform(effect);
        },
        changed: () => {
          this.#changed();
        },
      }),
    );
  }

  #startSchedule(): ModeSchedule {
    const { node, config } = this.#context;
    return new ModeSchedule({
      site: this.#site,
      rules: config.schedules,
      ways: KINDS[config.kind].shape === 'door' ? [undefined] : DIRECTIONS,
      tell: (mode, direction) => {
        this.#machine.send({ type: 'schedule', mode, ...optional('direction', direction) });
      },
      warn: (problem) => {
        node.warn(problem);
      },
    });
  }

  /** A relay forgets after a deploy, and an engine after a restart, that the door has to be open for all. */
  #follow(): void {
    const { RED } = this.#context;
    const started = (): void => {
      this.#isFlowRunning = true;
      this.#openAgain();
    };
    RED.events.on('flows:started', started);
    this.#unsubscribe.push(
      () => RED.events.off('flows:started', started),
      this.#site.onState((state) => {
        if (state === 'up') this.#openAgain();
        this.#show();
      }),
    );
  }

  #openAgain(): void {
    const { locks, emergency } = this.#machine.view();
    for (const { lock, output } of locks) {
      if (output === 'open') this.#outbox.openForAll(lock, emergency ? 'fire' : 'mode');
    }
  }

  #perform(effect: Effect): void {
    // Before the flow runs nobody is there to be told; it is made good when it does.
    if (effect.type === 'command' && effect.action === 'on' && !this.#isFlowRunning) return;
    this.#recent.note(effect);
    this.#outbox.perform(effect);
    if (effect.type === 'passage' && effect.outcome === 'taken') {
      this.#membership.passed(effect.direction);
    }
  }

  #changed(): void {
    if (!this.#isClosing) this.#membership.changed(this.#machine);
    const { locks } = this.#machine.view();
    this.#reception.keepOnly(new Set(locks.flatMap(({ grants }) => grants)));
    if (!this.#isClosing) this.#show();
  }

  #show(): void {
    this.#context.status.show(shownState(this.#site.state, statusOf(this.#machine.view())));
  }

  /** Whether all may go this way; `both` is the one lock of a door, or both ways of a turnstile. */
  #isOpen(lock: Lock): boolean {
    const { locks } = this.#machine.view();
    return locks
      .filter((each) => lock === 'both' || each.lock === 'both' || each.lock === lock)
      .every(({ output }) => output === 'open');
  }

  #valuesIn(message: NodeMessageInFlow): readonly unknown[] | undefined {
    if (!this.#inputs.isUsed) return undefined;
    const { RED, config } = this.#context;
    const value: unknown = RED.util.getMessageProperty(message, config.source);
    return Array.isArray(value) ? value : undefined;
  }

  async #mean(meanings: readonly Meaning[], message: NodeMessageInFlow): Promise<void> {
    for (const meaning of meanings) {
      if (meaning.type === 'request') await this.#reception.requested(meaning, message);
      else this.#tell(meaning.event, groupOf(message));
    }
  }

  /** Modes and fires may be for a whole group, everything else is about this door. */
  #tell(event: PassageEvent, group: string | undefined): void {
    const isForGroups = ['mode', 'fire', 'fireReset'].includes(event.type);
    if (group !== undefined && isForGroups) this.#site.doors.tell(group, event);
    else this.#machine.send(event);
  }
}

/** Waits for the work, but no longer than the limit in milliseconds. */
async function within(limit: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
