import type { Direction } from '../../model/access-point.ts';

export interface InterlockMember {
  /** Unique among all doors of the site. */
  id: string;
  /** Most doors of the group that may be open at the same time; the strictest member decides. */
  maxOpen: number;
  /** Whether this door may open; told on every change. */
  onFree(free: boolean): void;
  /** Whether somebody who came in through this door is still in the airlock. */
  onOccupied(occupied: boolean): void;
}

interface Seat {
  member: InterlockMember;
  /** Known to be closed and locked. */
  secure: boolean;
  free: boolean;
}

/**
 * Doors of which only so many may be open at a time (an airlock, a mantrap). A door of which nothing is known
 * counts as open. Whoever wants to open asks nobody: it is told beforehand whether it may, and reports at once
 * that it is no longer secure.
 */
export class InterlockGroup {
  readonly #seats = new Map<string, Seat>();
  /** Through which door and which way somebody entered the airlock. */
  #entry: { door: string; direction: string } | undefined;

  /**
   * Takes a door in, or takes it over from the node that was there before. Nothing is known of it yet; ask
   * `isFree` for the beginning, `onFree` tells changes only.
   */
  join(member: InterlockMember): void {
    const seat = { member, secure: false, free: false };
    this.#seats.set(member.id, seat);
    seat.free = this.#allows(seat);
    this.#update();
  }

  /** The door is no longer watched, and counts as open until it is taken over. */
  abandon(id: string): void {
    const seat = this.#seats.get(id);
    if (seat === undefined) return;
    const silent = { ...seat.member, onFree: () => undefined, onOccupied: () => undefined };
    this.#seats.set(id, { member: silent, secure: false, free: false });
    this.#update();
  }

  /** The door is gone for good. */
  remove(id: string): void {
    this.#seats.delete(id);
    this.#update();
  }

  isFree(id: string): boolean {
    return this.#seats.get(id)?.free ?? false;
  }

  /** The door is closed and locked, or it is not. */
  report(id: string, secure: boolean): void {
    const seat = this.#seats.get(id);
    if (seat === undefined || seat.secure === secure) return;
    seat.secure = secure;
    this.#update();
  }

  /**
   * Somebody has come through a door: into the airlock if it was empty, otherwise out of it, through another
   * door or back through the same one.
   */
  passed(id: string, direction: Direction | 'undefined'): void {
    const entry = this.#entry;
    const entersToo = entry?.door === id && entry.direction === direction;
    if (entry === undefined || entersToo) {
      this.#entry = { door: id, direction };
      this.#seats.get(id)?.member.onOccupied(true);
    } else {
      this.#entry = undefined;
      this.#seats.get(entry.door)?.member.onOccupied(false);
    }
  }

  /** One at a time: whoever is told that it may open does so at once, and then the others may not. */
  #update(): void {
    const differs = (seat: Seat): boolean => this.#allows(seat) !== seat.free;
    for (let seat = this.#find(differs); seat !== undefined; seat = this.#find(differs)) {
      seat.free = !seat.free;
      seat.member.onFree(seat.free);
    }
  }

  #find(wanted: (seat: Seat) => boolean): Seat | undefined {
    return [...this.#seats.values()].find(wanted);
  }

  #allows(seat: Seat): boolean {
    const seats = [...this.#seats.values()];
    const othersOpen = seats.filter((other) => other !== seat && !other.secure).length;
    return othersOpen < Math.min(...seats.map(({ member }) => member.maxOpen));
  }
}
