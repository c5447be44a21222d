import type { Announcement } from './records.ts';

interface Known {
  /** Who announced itself last. */
  current: string;
  /** The highest number of each instance. */
  numbers: Map<string, number>;
  alarmed: Set<string>;
}

/** More than these restarts of a gateway need not be remembered. */
const REMEMBERED = 100;

/**
 * Notices two machines with one identity (F-20). A gateway that restarts has a new instance and the old one is never
 * heard again; one that speaks after it was replaced lives on somewhere else.
 */
export class Instances {
  readonly #gateways = new Map<string, Known>();

  /** Takes an announcement; true for the first that proves that another instance lives on. */
  isCloned(
    gateway: string,
    { instance, number }: Pick<Announcement, 'instance' | 'number'>,
  ): boolean {
    const known = this.#gateways.get(gateway) ?? {
      ...{ current: instance, numbers: new Map<string, number>(), alarmed: new Set<string>() },
    };
    this.#gateways.set(gateway, known);
    const before = known.numbers.get(instance);
    // A message that comes twice, or late, proves nothing.
    if (before !== undefined && number <= before) return false;
    known.numbers.set(instance, number);
    const returned = before !== undefined && known.current !== instance;
    known.current = instance;
    forget(known);
    if (!returned || known.alarmed.has(instance)) return false;
    known.alarmed.add(instance);
    return true;
  }
}

function forget({ numbers }: Known): void {
  const oldest = numbers.keys().next().value;
  if (numbers.size > REMEMBERED && oldest !== undefined) numbers.delete(oldest);
}
