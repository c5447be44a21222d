import type { Engine } from '../engine/engine.ts';
import { MAX_LIFE, RemoteCommand } from '../link/ends/command.ts';
import { Captured, CommandResult, PhotoLetter, type LetterAnswer } from '../link/sync/receipt.ts';
import type { Report } from '../link/sync/report.ts';
import type { ServerEnd, UpLetter } from '../link/ends/server-end.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import type { CredentialType } from '../model/credential.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import { uuidv7 } from '../model/ids.ts';
import { parser } from '../model/parse.ts';
import { Erasures } from './erasures.ts';

/** Milliseconds between two looks at everything, and of silence after which nothing is sent to a gateway. */
const LOOK_EVERY = 5000;
const SILENT_AFTER = 10_000;
/** How long a command may be carried out after the gateway's newest beat, in milliseconds. */
const COMMAND_LIFE = 5000;
/** A lockdown may take a little longer on a bad line than an opening. */
const LONG_LIFE = MAX_LIFE;

const commandResult = parser(CommandResult);
const captured = parser(Captured);
const photos = parser(PhotoLetter);
const remoteCommand = parser(RemoteCommand);

/** What a command has come to. */
export interface CommandAnswer extends CommandResult {
  gateway: string;
}

/** A credential that was shown at an access point for enrolment. */
export interface CapturedCredential {
  gateway: string;
  command: string;
  accessPoint: string;
  type: CredentialType;
  value: string;
}

export type CommandRequest = Pick<RemoteCommand, 'gateway' | 'order' | 'author' | 'reason'>;

export interface ServerSyncParts {
  end: ServerEnd;
  engine: Engine;
  /** Milliseconds after which a revocation or an erasure without a receipt is an alarm. */
  revocationLimit: number;
  clock?: Pick<Clock, 'monotonic'>;
  onCommand: (answer: CommandAnswer) => void;
  onCaptured: (credential: CapturedCredential) => void;
  /** What became of photos at a gateway. */
  onPhotos: (answer: Pick<PhotoLetter, 'results'> & { gateway: string }) => void;
  onError: (error: unknown) => void;
}

/** The server's side of the synchronisation: hears its gateways, and tells each what it shall hold. */
export class ServerSync {
  readonly #parts: ServerSyncParts;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #erasures: Erasures;
  readonly #stops: (() => void)[];
  readonly #timer: NodeJS.Timeout;
  readonly #gateways = new Set<string>();
  /** Gateways that are being served, and whether there was a new reason meanwhile. */
  readonly #serving = new Map<string, boolean>();

  constructor(parts: ServerSyncParts) {
    const { end, engine } = parts;
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.#erasures = new Erasures({
      engine,
      clock: this.#clock,
      sessionOf: (gateway) => end.heard(gateway)?.beat.session,
      command: (request) => this.command(request),
    });
    this.#stops = [
      end.on('report', (letter) => {
        this.#work(this.#reported(letter));
      }),
      end.on('receipts', (letter) => {
        this.#work(this.#answered(letter));
      }),
      engine.on('policy', () => {
        this.#serveAll();
      }),
    ];
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_EVERY);
  }

  /**
   * Sends a command to a gateway, for one use; returns its id. Rejects with LINK_DOWN while the gateway is silent,
   * INPUT_INVALID for a command that is none.
   */
  async command({ gateway, ...request }: CommandRequest): Promise<string> {
    const { end } = this.#parts;
    const heard = this.#heard(gateway);
    if (heard === undefined) throw new AccessError('LINK_DOWN', `gateway "${gateway}" is silent`);
    const life = isMomentary(request.order) ? COMMAND_LIFE : LONG_LIFE;
    const id = uuidv7();
    const command = { id, site: end.site, gateway, ...request, beat: heard.beat, life };
    await end.send(gateway, 'commands', remoteCommand.parse(command, 'command'));
    return id;
  }

  /** There may be something new to be said to a gateway that has been heard of. */
  attend(gateway: string): void {
    if (this.#gateways.has(gateway)) this.#serve(gateway);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    clearInterval(this.#timer);
  }

  async #reported({ gateway, content }: UpLetter): Promise<void> {
    await this.#parts.engine.reportGateway({ gateway, report: content as Report });
    this.#gateways.add(gateway);
    this.#serve(gateway);
  }

  async #answered({ gateway, content }: UpLetter): Promise<void> {
    if (commandResult.check(content)) {
      await this.#erasures.take(gateway, content);
      this.#parts.onCommand({ gateway, ...content });
    } else if (photos.check(content)) {
      const { results } = content;
      await this.#parts.engine.takePhotoResults({ gateway, results });
      this.#parts.onPhotos({ gateway, results });
    } else if (captured.check(content)) {
      const { site } = this.#parts.end;
      const opened = await this.#parts.engine.openCaptured({ site, gateway, captured: content });
      const { command, accessPoint } = content;
      this.#parts.onCaptured({ gateway, command, accessPoint, ...opened });
    } else {
      await this.#parts.engine.takeReceipt({ gateway, receipt: content as LetterAnswer });
      this.#serve(gateway);
    }
  }

  #look(): void {
    this.#serveAll();
    this.#work(this.#parts.engine.watchFleet({ limit: this.#parts.revocationLimit }));
  }

  #serveAll(): void {
    for (const gateway of this.#gateways) this.#serve(gateway);
  }

  /** Sends a gateway whatever there is to be said. */
  #serve(gateway: string): void {
    const isServing = this.#serving.has(gateway);
    this.#serving.set(gateway, true);
    if (isServing) return;
    this.#work(
      this.#send(gateway).finally(() => {
        this.#serving.delete(gateway);
      }),
    );
  }

  async #send(gateway: string): Promise<void> {
    const { end, engine } = this.#parts;
    while (this.#serving.get(gateway) === true && this.#heard(gateway) !== undefined) {
      this.#serving.set(gateway, false);
      for (;;) {
        const letter = await engine.nextLetter({ site: end.site, gateway });
        if (letter === undefined) break;
        await end.send(gateway, 'batches', letter);
      }
      await this.#erasures.serve(gateway);
    }
  }

  /** What was heard last of a gateway that is not silent. */
  #heard(gateway: string) {
    const heard = this.#parts.end.heard(gateway);
    if (heard === undefined || this.#clock.monotonic() - heard.at > SILENT_AFTER) return undefined;
    return heard;
  }

  #work(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { code } = toAccessError(error);
      if (code !== 'LINK_DOWN' && code !== 'ENGINE_UNAVAILABLE') this.#parts.onError(error);
    });
  }
}

function isMomentary({ kind }: RemoteCommand['order']): boolean {
  return kind === 'open';
}
