import { Instances } from '../presence/instances.ts';
import type { Announcement } from './records.ts';

interface Known {
  instances: Instances;
  /** The highest number that each instance has given to an announcement. */
  numbers: Map<string, number>;
}

/** More than these restarts of a gateway need not be remembered. */
const REMEMBERED = 32;

/**
 * Notices two machines that send records with one identity (F-20), whatever the transport: one that announces itself
 * after it was replaced lives on somewhere else.
 */
export class Announcers {
  readonly #gateways = new Map<string, Known>();

  /** Takes an announcement; true for the first that shows that there is a copy. */
  isCloned(
    gateway: string,
    { instance, number }: Pick<Announcement, 'instance' | 'number'>,
  ): boolean {
    const known = this.#gateways.get(gateway) ?? {
      instances: new Instances(),
      numbers: new Map<string, number>(),
    };
    this.#gateways.set(gateway, known);
    // A message that comes twice, or late, proves nothing.
    if (number <= (known.numbers.get(instance) ?? 0)) return false;
    known.numbers.set(instance, number);
    const oldest = known.numbers.keys().next().value;
    if (known.numbers.size > REMEMBERED && oldest !== undefined) known.numbers.delete(oldest);
    return known.instances.arrive(instance);
  }
}
