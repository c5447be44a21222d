import { InterlockGroup } from '../devices/passage/interlock.ts';
import type { Memory, PassageEvent } from '../devices/passage/model.ts';
import type { Engine } from '../engine/engine.ts';
import { AccessError } from '../model/errors.ts';
import { DoorMemory, type Standing } from './door-memory.ts';
import { PassageJournal } from './passage-journal.ts';

/** A door node, as the other doors of its site see it. */
export interface Door {
  /** Id of the node. */
  readonly id: string;
  readonly group: string | undefined;
  /** Takes what its group is told. */
  tell(event: PassageEvent): void;
}

/** The name that means all doors of the site. */
export const ALL_DOORS = '*';

/** How long a closing site waits for its doors, in milliseconds. */
const LEAVE_LIMIT = 2000;

const STANDING_EVENTS: Readonly<Record<Standing, readonly PassageEvent[]>> = {
  lockDown: [{ type: 'mode', command: 'lockDown', origin: { author: 'group' } }],
  lockOpen: [{ type: 'mode', command: 'lockOpen', origin: { author: 'group' } }],
  // The fire itself may be over, what it has opened stays open.
  fire: [
    { type: 'fire', active: true, source: 'group' },
    { type: 'fire', active: false, source: 'group' },
  ],
};

/** What the doors of one site share: groups, interlocks, memory, and the way to the records. */
export class Doors {
  readonly journal: PassageJournal;
  readonly #memory: DoorMemory;
  readonly #doors = new Map<string, Door>();
  readonly #interlocks = new Map<string, InterlockGroup>();
  #allGone: (() => void) | undefined;

  /** `file` keeps what has to outlive a restart; `warn` is told if that goes wrong. */
  constructor(file: string, engine: Engine, warn: (problem: string) => void) {
    let problem: string | undefined;
    this.#memory = new DoorMemory(file, (text) => {
      problem = text;
      warn(text);
    });
    this.journal = new PassageJournal(engine, this.#memory);
    if (problem === undefined) return;
    const entry = { category: 'alarm', code: 'doorMemoryLost', details: { problem } } as const;
    this.journal.event(entry).catch(() => undefined);
  }

  /**
   * Takes a door in. A new door of a group is told at once what the group has been told before. The returned
   * function lets it go; `removed` forgets it for good.
   */
  join(door: Door): (removed: boolean) => void {
    this.#doors.set(door.id, door);
    const isNew = this.memoryOf(door.id) === undefined;
    for (const standing of isNew ? this.#standing(door.group) : []) {
      for (const event of STANDING_EVENTS[standing]) door.tell(event);
    }
    return (removed) => {
      this.#doors.delete(door.id);
      if (removed) this.#forget(door.id);
      if (this.#doors.size === 0) this.#allGone?.();
    };
  }

  /** Tells all doors of a group; `*` is all doors of the site. Throws NOT_FOUND if there is none. */
  tell(group: string, event: PassageEvent): void {
    const doors = [...this.#doors.values()].filter(
      (door) => group === ALL_DOORS || door.group === group,
    );
    if (doors.length === 0) throw new AccessError('NOT_FOUND', `no door has the group "${group}"`);
    this.#remember(group, event);
    for (const door of doors) door.tell(event);
  }

  memoryOf(id: string): Memory | undefined {
    return this.#memory.content.doors[id];
  }

  remember(id: string, memory: Memory): void {
    this.#memory.update({ doors: { ...this.#memory.content.doors, [id]: memory } });
  }

  /** The interlock group of this name. A door can be in one group only: it leaves every other one. */
  interlock(name: string, door: string): InterlockGroup {
    for (const [other, group] of this.#interlocks) if (other !== name) group.remove(door);
    const group = this.#interlocks.get(name) ?? new InterlockGroup();
    this.#interlocks.set(name, group);
    return group;
  }

  /** Waits until the doors have left their last records, and everything is on the disk. */
  async close(): Promise<void> {
    if (this.#doors.size > 0) await this.#leaving();
    await this.journal.close();
    await this.#memory.flush();
  }

  #leaving(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, LEAVE_LIMIT);
      this.#allGone = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  #forget(id: string): void {
    const doors = Object.entries(this.#memory.content.doors).filter(([door]) => door !== id);
    this.#memory.update({ doors: Object.fromEntries(doors) });
    for (const group of this.#interlocks.values()) group.remove(id);
  }

  #standing(group: string | undefined): readonly Standing[] {
    const { groups } = this.#memory.content;
    return [ALL_DOORS, group].flatMap((name) => (name === undefined ? [] : (groups[name] ?? [])));
  }

  #remember(group: string, event: PassageEvent): void {
    const { groups } = this.#memory.content;
    const standing = standingAfter(groups[group] ?? [], event);
    this.#memory.update({ groups: { ...groups, [group]: standing } });
  }
}

function standingAfter(before: readonly Standing[], event: PassageEvent): Standing[] {
  const without = (standing: Standing): Standing[] => before.filter((each) => each !== standing);
  if (event.type === 'fire' && event.active) return [...without('fire'), 'fire'];
  if (event.type === 'fireReset') return without('fire');
  if (event.type !== 'mode') return [...before];
  switch (event.command) {
    case 'lockDown':
    case 'lockOpen':
      return [...without(event.command), event.command];
    case 'lockDownRelease':
      return without('lockDown');
    case 'lockOpenRelease':
      return without('lockOpen');
    default:
      return [...before];
  }
}
