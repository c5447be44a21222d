import type { Clock } from '../../model/clock.ts';
import type { Timers } from '../timers.ts';
import type { CommonState } from './draft.ts';
import type { Effect, Grant, Machine, MachineView, Memory, PassageEvent } from './model.ts';

export interface MachineHost {
  clock: Clock;
  timers: Timers;
  memory: Memory | undefined;
  /** Carries out one effect. May send further events; they are handled afterwards. */
  perform(effect: Effect): void;
  /** Told after every event, when its effects have been carried out. */
  changed(): void;
}

export interface RunningMachine {
  /** After the end only grants are heard: they open nothing, but none stays without a record. */
  send(event: PassageEvent): void;
  readonly isSecure: boolean;
  memory(): Memory;
  view(): MachineView;
  /** Ends all grants, closes what no fire has opened, and stops for good. */
  close(): void;
}

/** Drives a machine with the real time. One event after the other: what an effect brings about has to wait. */
export function run<State extends CommonState>(
  machine: Machine<State>,
  host: MachineHost,
): RunningMachine {
  const { clock, timers, memory } = host;
  const events: PassageEvent[] = [];
  let state = machine.initial(memory);
  let cancel: () => void = () => undefined;
  let isBusy = false;
  let isClosed = false;

  function handle(event: PassageEvent): void {
    const now = clock.monotonic();
    const { state: next, effects, nextDeadline } = machine.step(state, event, now);
    state = next;
    cancel();
    cancel = () => undefined;
    if (nextDeadline !== undefined && !isClosed) {
      cancel = timers.after(Math.max(0, Math.ceil(nextDeadline - now)), () => {
        send({ type: 'tick' });
      });
    }
    for (const effect of effects) host.perform(effect);
    host.changed();
  }

  function send(event: PassageEvent): void {
    events.push(event);
    if (isBusy) return;
    isBusy = true;
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) handle(next);
    } finally {
      isBusy = false;
    }
  }

  return {
    send(event) {
      if (!isClosed) send(event);
      else if (event.type === 'grant') host.perform(interrupted(event.grant, clock.monotonic()));
    },
    get isSecure() {
      return machine.isSecure(state);
    },
    memory: () => machine.memory(state),
    view: () => viewOf(machine, state, clock.monotonic()),
    close() {
      if (isClosed) return;
      isClosed = true;
      send({ type: 'close' });
    },
  };
}

function interrupted({ id, direction }: Grant, at: number): Effect {
  const way = direction ?? 'undefined';
  return {
    type: 'passage',
    outcome: 'interrupted',
    direction: way,
    confirmed: false,
    grant: id,
    at,
  };
}

function viewOf<State extends CommonState>(
  machine: Machine<State>,
  state: State,
  now: number,
): MachineView {
  const known = Object.entries(state.inputs).flatMap(([sensor, { value }]) =>
    value === undefined ? [] : [[sensor, value] as const],
  );
  return {
    locks: machine.view(state),
    emergency: state.emergency,
    sensors: Object.fromEntries(known),
    timers: Object.entries(state.timers).map(([name, at]) => ({
      name,
      remaining: Math.max(0, Math.round(at - now)),
    })),
  };
}
