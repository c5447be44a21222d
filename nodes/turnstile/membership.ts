import type { InterlockGroup } from '../../lib/devices/passage/interlock.ts';
import type { Memory, PassageEvent } from '../../lib/devices/passage/model.ts';
import type { RunningMachine } from '../../lib/devices/passage/runner.ts';
import type { Passage } from '../../lib/model/decision.ts';
import type { Doors } from '../../lib/runtime/doors.ts';

export interface MembershipOptions {
  doors: Doors;
  /** Id of the node. */
  id: string;
  group: string | undefined;
  interlock: { name: string; maxOpen: number } | undefined;
  /** Hands an event to the machine. */
  tell: (event: PassageEvent) => void;
}

/** What a door has to do with the other doors of its site, and with its own past. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #interlock: InterlockGroup | undefined;
  #leave: (removed: boolean) => void = () => undefined;
  #remembered = '';

  constructor(options: MembershipOptions) {
    const { doors, id, interlock } = options;
    this.#options = options;
    this.#interlock = interlock && doors.interlock(interlock.name, id);
  }

  /** What the machine was before it was closed. */
  get memory(): Memory | undefined {
    return this.#options.doors.memoryOf(this.#options.id);
  }

  get interlock(): { name: string; free: boolean } | undefined {
    const { id, interlock } = this.#options;
    if (interlock === undefined || this.#interlock === undefined) return undefined;
    return { name: interlock.name, free: this.#interlock.isFree(id) };
  }

  /** Joins, now that the machine can be told. */
  join(): void {
    const { doors, id, group, interlock, tell } = this.#options;
    this.#interlock?.join({
      id,
      maxOpen: interlock?.maxOpen ?? 1,
      onFree: (free) => {
        tell({ type: 'interlock', free });
      },
      onOccupied: (occupied) => {
        tell({ type: 'airlock', occupied });
      },
    });
    tell({ type: 'interlock', free: this.#interlock?.isFree(id) ?? true });
    this.#leave = doors.join({ id, group, tell });
  }

  /** The machine has changed: the others have to know, and the next start. */
  changed(machine: RunningMachine): void {
    const { doors, id } = this.#options;
    this.#interlock?.report(id, machine.isSecure);
    const memory = machine.memory();
    const text = JSON.stringify(memory);
    if (text === this.#remembered) return;
    this.#remembered = text;
    doors.remember(id, memory);
  }

  passed(direction: Passage['direction']): void {
    this.#interlock?.passed(this.#options.id, direction);
  }

  leave(removed: boolean): void {
    this.#interlock?.abandon(this.#options.id);
    this.#leave(removed);
  }
}
