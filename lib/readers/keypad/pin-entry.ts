import Type, { type Static } from 'typebox';
import { closed } from '../../model/fields.ts';
import { broken } from '../reading.ts';
import type { Decoded } from '../reading.ts';
import { MASK, Secret } from '../secret.ts';
import type { Key } from './keys.ts';

/** How digits become a PIN (D4: 4 to 8 digits). */
export const PinSettings = Type.Object(
  {
    /** Fewer digits are no PIN; default 4. */
    minDigits: Type.Optional(Type.Integer({ minimum: 4, maximum: 8 })),
    /** With this many digits the PIN is complete without `#`; default 8. */
    maxDigits: Type.Optional(Type.Integer({ minimum: 4, maximum: 8 })),
    /** Digits are forgotten after this long without a key, in milliseconds; default 5000. */
    timeout: Type.Optional(Type.Integer({ minimum: 1000, maximum: 60000 })),
  },
  closed,
);
export type PinSettings = Static<typeof PinSettings>;

/** Joins keys into a PIN. The digits leave only as a `Secret`. */
export class PinEntry {
  readonly #format: string;
  readonly #minDigits: number;
  readonly #maxDigits: number;
  readonly #timeout: number;
  #digits = '';
  #spoiled = false;
  #deadline: number | undefined;

  constructor(format: string, { minDigits = 4, maxDigits = 8, timeout = 5000 }: PinSettings = {}) {
    this.#format = format;
    this.#minDigits = minDigits;
    this.#maxDigits = maxDigits;
    this.#timeout = timeout;
  }

  /** When what was typed so far will be forgotten; undefined while there is nothing. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  press(key: Key, now: number): Decoded[] {
    this.idle(now);
    if (key === 'clear') return this.#end([]);
    if (key === 'enter') return this.#end(this.#entered());
    this.#digits += this.#spoiled ? '' : key.digit;
    this.#deadline = now + this.#timeout;
    return this.#digits.length < this.#maxDigits ? [] : this.#end(this.#entered());
  }

  /** A key was lost: what is being typed must not become a PIN that nobody meant. */
  spoil(now: number): void {
    this.idle(now);
    this.#digits = '';
    this.#spoiled = true;
    this.#deadline = now + this.#timeout;
  }

  /** Forgets what was typed if its time is over. */
  idle(now: number): void {
    if (this.#deadline !== undefined && now >= this.#deadline) this.reset();
  }

  reset(): void {
    this.#digits = '';
    this.#spoiled = false;
    this.#deadline = undefined;
  }

  #entered(): Decoded[] {
    if (this.#spoiled) return [broken('incomplete')];
    if (this.#digits === '') return [];
    if (this.#digits.length < this.#minDigits) return [broken('tooShort')];
    const secret = new Secret(this.#digits);
    return [{ reading: { type: 'pin', secret, format: this.#format, raw: MASK } }];
  }

  #end(decoded: Decoded[]): Decoded[] {
    this.reset();
    return decoded;
  }
}
