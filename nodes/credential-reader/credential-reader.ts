import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { Attempt, PresentedCredential } from '../../lib/model/attempt.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { FloodCounter } from '../../lib/readers/flood-counter.ts';
import type { ReaderOutput } from '../../lib/readers/reader.ts';
import type { Broken, Reading } from '../../lib/readers/reading.ts';
import type { JoinSink } from '../../lib/runtime/factor-join.ts';
import { withAccess } from '../../lib/runtime/message.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { accessPointType, followEngine, type AccessPointApi } from '../../lib/runtime/site.ts';
import { normalise, type CredentialReaderConfig } from './credential-reader.config.ts';
import { serveLearning, type Learners } from './learn-routes.ts';
import { Learning } from './learning.ts';
import { ReaderSessions } from './sessions.ts';

/** Of a storm of broken frames this many a minute are told singly, the rest as a sum (T-18). */
const FAULTS_PER_MINUTE = 20;
const MINUTE = 60_000;
/** A terminal that hands over an older read is catching up: nobody stands at the door any more. */
const LATE = 60_000;

/** The credential-reader node: bytes, text or objects of any reader in, attempts out. */
export default function register(RED: NodeAPI): void {
  const learners: Learners = new Map();
  serveLearning(RED, learners);
  registerNode<CredentialReaderConfig>(RED, 'gatewire-credential-reader', {
    normalise,
    start: (context) => new CredentialReader(context, learners).parts(),
  });
}

class CredentialReader {
  readonly #context: NodeContext<CredentialReaderConfig>;
  readonly #accessPoint: AccessPointApi;
  readonly #learners: Learners;
  readonly #sessions: ReaderSessions;
  readonly #learning: Learning;
  readonly #faults = new FloodCounter(FAULTS_PER_MINUTE, MINUTE);
  #unfollow: () => void = () => undefined;
  #brokenCount = 0;

  constructor(context: NodeContext<CredentialReaderConfig>, learners: Learners) {
    const { RED, node, config, status } = context;
    this.#context = context;
    this.#accessPoint = accessPointType.of(RED, config.accessPoint);
    this.#sessions = new ReaderSessions(config.reader, (output, message) => {
      void this.#take(output, message);
    });
    this.#learning = new Learning((active) => {
      if (active) status.show('learning');
      else this.#showEngine();
    });
    this.#learners = learners;
    learners.set(node.id, this.#learning);
    this.#showEngine();
  }

  parts(): NodeParts<never> {
    return {
      input: (message) => this.#input(message),
      close: () => {
        this.#learners.delete(this.#context.node.id);
        this.#learning.stop();
        this.#sessions.close();
        this.#unfollow();
      },
    };
  }

  async #input(message: NodeMessageInFlow): Promise<void> {
    const { RED, config } = this.#context;
    if (message.reset === true) {
      this.#sessions.reset();
      return;
    }
    const input: unknown = RED.util.getMessageProperty(message, config.source);
    if (this.#learning.active) this.#learning.push(input);
    else await this.#take(this.#sessions.push(input, message), message);
  }

  /** The steady status while nothing is being learned. */
  #showEngine(): void {
    this.#unfollow();
    const { status } = this.#context;
    this.#unfollow = followEngine(this.#accessPoint.site, status, 'ready');
  }

  /** Never rejects: without an engine the attempt goes on, and the decision says why it is refused. */
  async #take(output: ReaderOutput, message: NodeMessageInFlow): Promise<void> {
    for (const broken of output.broken) this.#report(broken);
    if (output.readings.some(({ type }) => type === 'pin')) this.#conceal(message);
    for (const [index, reading] of output.readings.entries()) {
      // The first read goes on in the message that brought it; each further one needs its own.
      const own = index === 0 ? message : this.#context.RED.util.cloneMessage(message);
      await this.#present(reading, own);
    }
  }

  /** The digits of a PIN go no further, whatever property they came in. */
  #conceal(message: NodeMessageInFlow): void {
    const { RED, config } = this.#context;
    RED.util.setMessageProperty(message, config.source, undefined);
  }

  async #present(reading: Reading, message: NodeMessageInFlow): Promise<void> {
    const { node, status } = this.#context;
    if (reading.time !== undefined && reading.time < Date.now() - LATE) {
      const { type, format, time } = reading;
      node.send([null, event({ event: 'lateRead', type, format, at: time }), null]);
      return;
    }
    status.flash('read');
    await this.#accessPoint.factors.present(this.#credential(reading), this.#sink(message));
  }

  #sink(message: NodeMessageInFlow): JoinSink {
    const { node, status } = this.#context;
    return {
      complete: (attempt) => {
        node.send([withAccess(message, { attempt }, payloadOf(attempt)), null, null]);
      },
      waiting: ({ for: what, types }) => {
        status.flash(what === 'factor' ? 'waitingForFactor' : 'waitingForPerson');
        const waiting = event({ event: 'required', for: what, types });
        node.send([null, { ...message, ...waiting }, null]);
      },
    };
  }

  #credential(reading: Reading): PresentedCredential {
    const reader = reading.reader ?? this.#context.config.readerName;
    const { sealing } = this.#accessPoint.site;
    return {
      type: reading.type,
      ...(reading.type === 'pin'
        ? { ref: sealing.seal(reading.secret.reveal()) }
        : { value: reading.value }),
      format: reading.format,
      ...(reader === undefined ? {} : { reader }),
      at: Date.now(),
    };
  }

  /** Counted and shown, never a read. */
  #report(broken: Broken): void {
    const { node, status } = this.#context;
    const now = systemClock.monotonic();
    this.#brokenCount += 1;
    status.flash(broken.hint === 'swappedWires' ? 'swappedWires' : 'broken');
    const sum = this.#faults.take(now);
    if (sum !== undefined) {
      node.send([null, null, event({ code: 'FRAME_BROKEN', summed: sum.count })]);
    }
    if (!this.#faults.note(now)) return;
    const fault = { code: 'FRAME_BROKEN', ...broken, count: this.#brokenCount };
    node.send([null, null, event(fault)]);
  }
}

function event(payload: Record<string, unknown>): { payload: Record<string, unknown> } {
  return { payload };
}

/** The plainest form: the first value that may be shown, `true` for a PIN alone. */
function payloadOf({ credentials }: Attempt): string | true {
  return credentials.find(({ value }) => value !== undefined)?.value ?? true;
}
