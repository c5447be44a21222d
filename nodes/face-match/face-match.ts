import path from 'node:path';
import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { toAccessError } from '../../lib/model/errors.ts';
import { acquireFaces, type SiteFaces } from '../../lib/runtime/faces.ts';
import type { Send } from '../../lib/runtime/lifecycle.ts';
import { withAccess } from '../../lib/runtime/message.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { pictureOf } from '../../lib/runtime/picture.ts';
import { accessPointType, siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { Snapshots } from '../../lib/runtime/snapshots.ts';
import { batchOf, photoMessage, type Batch } from './batch.ts';
import { normalise, type FaceMatchConfig } from './face-match.config.ts';
import { followFaces } from './face-status.ts';
import { PassingDesk } from './passing.ts';
import { checkPhoto, enrolPhoto, extractTemplate, type PhotoAnswer } from './photos.ts';
import { sightingReport } from './report.ts';

/** What is wrong with the picture or its processing, and not with the flow. */
const FAULTS: readonly string[] = [
  'INPUT_INVALID',
  'FACE_UNAVAILABLE',
  'ENGINE_UNAVAILABLE',
  'BUSY',
];

/** The face-match node: a picture in; a match, no match, or a fault out. */
export default function register(RED: NodeAPI): void {
  registerNode<FaceMatchConfig>(RED, 'gatewire-face-match', {
    normalise,
    start: (context) => new FaceMatch(context).parts(),
  });
}

class FaceMatch {
  readonly #context: NodeContext<FaceMatchConfig>;
  readonly #site: SiteApi;
  readonly #faces: SiteFaces;
  readonly #desk: PassingDesk | undefined;
  readonly #snapshots: Snapshots;
  readonly #endings: (() => void)[] = [];
  #isClosed = false;

  constructor(context: NodeContext<FaceMatchConfig>) {
    const { RED, node, config, status } = context;
    this.#context = context;
    this.#site = siteType.of(RED, config.site);
    const accessPoint =
      config.accessPoint === undefined ? undefined : accessPointType.of(RED, config.accessPoint);
    const { faces, release } = acquireFaces(this.#site);
    this.#faces = faces;
    this.#desk = accessPoint && new PassingDesk(config, accessPoint, faces);
    this.#endings.push(release, followFaces(this.#site, faces, status), () => {
      this.#desk?.close();
    });
    this.#snapshots = this.#openSnapshots();
    faces.service.describe({}).catch((reason: unknown) => {
      node.warn(toAccessError(reason).message);
    });
  }

  parts(): NodeParts<never> {
    return {
      input: (message, send) => this.#input(message, send),
      close: () => {
        this.#isClosed = true;
        for (const end of this.#endings) end();
      },
    };
  }

  async #input(message: NodeMessageInFlow, send: Send): Promise<void> {
    if (message.reset === true) {
      this.#desk?.reset();
      return;
    }
    const given = this.#given(message);
    if (this.#desk === undefined) await this.#photos(message, given, send);
    else await this.#pass(this.#desk, message, given, send);
  }

  /** Taken out of the message: no debug panel and no log shows it. */
  #given(message: NodeMessageInFlow): unknown {
    const { RED, config } = this.#context;
    const given: unknown = RED.util.getMessageProperty(message, config.source);
    RED.util.setMessageProperty(message, config.source, undefined);
    return given;
  }

  async #pass(
    desk: PassingDesk,
    message: NodeMessageInFlow,
    given: unknown,
    send: Send,
  ): Promise<void> {
    try {
      const { bytes } = await pictureOf(given, this.#pictures);
      await this.#see(desk, message, bytes, send);
    } catch (reason) {
      this.#fail(message, reason, send);
    }
  }

  async #see(
    desk: PassingDesk,
    message: NodeMessageInFlow,
    picture: Uint8Array,
    send: Send,
  ): Promise<void> {
    const { status } = this.#context;
    const { sighting, attempt, face } = await desk.take(message, picture);
    if (sighting.outcome === 'waiting') {
      status.flash('waiting');
      return;
    }
    if (attempt === undefined) {
      status.flash('waitingForFactor');
      return;
    }
    const isMatch = sighting.outcome === 'match';
    const kept = await this.#snapshot(attempt.id, picture);
    const access = { attempt: kept === undefined ? attempt : { ...attempt, snapshot: kept } };
    const out = Object.assign(withAccess(message, access, sightingReport(sighting)), { face });
    status.flash(isMatch ? 'read' : 'unknown');
    send(isMatch ? [out, null, null] : [null, out, null]);
  }

  /** One photo, or a batch of them: one after the other, each with an answer of its own. */
  async #photos(message: NodeMessageInFlow, given: unknown, send: Send): Promise<void> {
    try {
      const batch = await batchOf(given, this.#pictures);
      if (batch === undefined) await this.#photo(message, given, send);
      else await this.#batch(message, batch, send).finally(batch.close);
    } catch (reason) {
      this.#fail(message, reason, send);
    }
  }

  async #batch(message: NodeMessageInFlow, batch: Batch, send: Send): Promise<void> {
    for (const [index, { read }] of batch.photos.entries()) {
      if (this.#isClosed) return;
      const one = photoMessage(message, batch, index);
      try {
        await this.#photo(one, await read(), send);
      } catch (reason) {
        this.#refuse(one, reason, send);
      }
    }
  }

  async #photo(message: NodeMessageInFlow, given: unknown, send: Send): Promise<void> {
    const { config, status } = this.#context;
    const picture = await pictureOf(given, this.#pictures);
    const parts = { config, site: this.#site, faces: this.#faces };
    const answers: Record<string, () => Promise<PhotoAnswer>> = {
      enrol: () => enrolPhoto(parts, message, picture),
      extract: () => extractTemplate(parts, picture.bytes),
      check: () => checkPhoto(parts, picture.bytes),
    };
    const answer = await answers[config.mode]?.();
    if (answer === undefined) return;
    status.flash(answer.isDone ? 'done' : 'partly');
    const out = Object.assign(message, { payload: answer.report });
    send(answer.isDone ? [out, null, null] : [null, out, null]);
  }

  /** Without the picture the record is still worth having. */
  async #snapshot(attempt: string, picture: Uint8Array): Promise<string | undefined> {
    const { snapshotDays } = this.#context.config;
    if (snapshotDays === 0) return undefined;
    try {
      const small = await this.#faces.service.snapshot({ picture });
      return await this.#snapshots.keep(attempt, snapshotDays, small);
    } catch (reason) {
      this.#context.node.warn(`The picture could not be kept: ${toAccessError(reason).message}`);
      return undefined;
    }
  }

  /** Faults of pictures are told on their port; everything else reaches Catch. */
  #fail(message: NodeMessageInFlow, reason: unknown, send: Send): void {
    const error = toAccessError(reason);
    if (FAULTS.includes(error.code)) this.#refuse(message, error, send);
    else {
      this.#context.status.flash('fault');
      throw error;
    }
  }

  #refuse(message: NodeMessageInFlow, reason: unknown, send: Send): void {
    this.#context.status.flash('fault');
    const { code, message: text } = toAccessError(reason);
    send([null, null, Object.assign(message, { payload: { code, message: text } })]);
  }

  get #pictures(): string | undefined {
    const { pictures } = this.#context.config;
    return pictures === undefined ? undefined : this.#folder(pictures);
  }

  /** Also where none are kept any more, those of before have to go in time. */
  #openSnapshots(): Snapshots {
    const snapshots = new Snapshots(this.#site, (problem) => {
      this.#context.node.warn(toAccessError(problem).message);
    });
    this.#endings.push(() => {
      snapshots.close();
    });
    return snapshots;
  }

  /** Names of folders count from the folder of Node-RED's data. */
  #folder(name: string): string {
    const { userDir } = this.#context.RED.settings;
    return path.resolve(typeof userDir === 'string' ? userDir : '', name);
  }
}
