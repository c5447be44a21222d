import type { Attempt } from '../../model/attempt.ts';
import type { Captured } from '../../link/sync/receipt.ts';
import { CREDENTIAL_FORMS, canonicalValue } from '../../model/credential.ts';
import type { Clock } from '../../model/clock.ts';
import { refusal } from '../decision.ts';
import type { Judge } from '../judge.ts';
import { toLogged, type Readings } from '../readings.ts';
import type { Secrets } from '../secrets.ts';
import type { Site } from '../site.ts';
import type { Channel } from './exchange.ts';

interface Armed {
  command: string;
  channel: Channel;
  /** Monotonic. */
  until: number;
}

/** Takes the next credential that is shown at an access point for enrolment at the server. */
export class Capture {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #onCaptured: (captured: Captured) => void;
  readonly #armed = new Map<string, Armed>();

  constructor(clock: Pick<Clock, 'monotonic'>, onCaptured: (captured: Captured) => void) {
    this.#clock = clock;
    this.#onCaptured = onCaptured;
  }

  /** For `seconds`; a later command takes the place of an earlier one. */
  arm(accessPoint: string, seconds: number, { command, channel }: Omit<Armed, 'until'>): void {
    const until = this.#clock.monotonic() + seconds * 1000;
    this.#armed.set(accessPoint, { command, channel, until });
  }

  /** Whether the attempt was for enrolment. Nobody's PIN is ever captured. */
  take({ accessPoint = '', credentials }: Attempt): boolean {
    const armed = this.#armed.get(accessPoint);
    const shown = credentials.find(({ type, value }) => type !== 'pin' && value !== undefined);
    if (armed === undefined || shown === undefined) return false;
    this.#armed.delete(accessPoint);
    if (this.#clock.monotonic() >= armed.until) return false;
    const { type } = shown;
    const value = canonicalValue(type, shown.value ?? '');
    if (!CREDENTIAL_FORMS[type].pattern.test(value)) return false;
    const { command, channel } = armed;
    const sealed = channel.seal(Buffer.from(value), `captured ${command}`);
    this.#onCaptured({ kind: 'captured', command, accessPoint, type, sealed });
    return true;
  }
}

interface Parts {
  capture: Capture;
  memory: Readings;
  secrets: Secrets;
  site: Site;
}

/** Whatever is shown for enrolment opens nothing; the record of it says why. */
export function withCapture(judge: Judge, { capture, memory, secrets, site }: Parts): Judge {
  return async (attempt, moment, age) => {
    if (!capture.take(attempt)) return judge(attempt, moment, age);
    const logged = attempt.credentials.map((presented) =>
      toLogged(memory.read(presented), undefined, site.settings?.logValues, secrets),
    );
    return { verdict: refusal('captured'), logged, side: [], alarms: [] };
  };
}
