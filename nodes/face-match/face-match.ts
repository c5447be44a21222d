import path from 'node:path';
import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { toAccessError } from '../../lib/model/errors.ts';
import { acquireFaces, type SiteFaces } from '../../lib/runtime/faces.ts';
import type { Send } from '../../lib/runtime/lifecycle.ts';
import { withAccess } from '../../lib/runtime/message.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { pictureOf, type GivenPicture } from '../../lib/runtime/picture.ts';
import { accessPointType, siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { Snapshots } from '../../lib/runtime/snapshots.ts';
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

  constructor(context: NodeContext<FaceMatchConfig>) {
    const { RED, node, config, status } = context;
    this.#context = context;
    this.#site = siteType.of(RED, config.site);
    const accessPoint =
      config.accessPoint === undefined ? undefined : accessPointType.of(RED, config.accessPoint);
    const { faces, release } = acquireFaces(this.#site);
    this.#faces = faces;
    this.#desk = accessPoint && new PassingDesk(config, accessPoint, faces);
    this.#endings.push(release, followFaces(this.#site, faces, status));
    this.#snapshots = this.#openSnapshots();
    faces.service.describe({}).catch((reason: unknown) => {
      node.warn(toAccessError(reason).message);
    });
  }

  parts(): NodeParts<never> {
    return {
      input: (message, send) => this.#input(message, send),
      close: () => {
        for (const end of this.#endings) end();
      },
    };
  }

  async #input(message: NodeMessageInFlow, send: Send): Promise<void> {
    if (message.reset === true) {
      this.#desk?.reset();
      return;
    }
    try {
      const picture = await this.#picture(message);
      if (this.#desk === undefined) await this.#photo(message, picture, send);
      else await this.#pass(this.#desk, message, picture.bytes, send);
    } catch (reason) {
      this.#fail(message, reason, send);
    }
  }

  /** Taken out of the message: no debug panel and no log shows it. */
  async #picture(message: NodeMessageInFlow): Promise<GivenPicture> {
    const { RED, config } = this.#context;
    const given: unknown = RED.util.getMessageProperty(message, config.source);
    RED.util.setMessageProperty(message, config.source, undefined);
    const folder = config.pictures === undefined ? undefined : this.#folder(config.pictures);
    return pictureOf(given, folder);
  }

  async #pass(
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

  async #photo(message: NodeMessageInFlow, picture: GivenPicture, send: Send): Promise<void> {
    const { config, status } = this.#context;
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
    this.#context.status.flash('fault');
    if (!FAULTS.includes(error.code)) throw error;
    const { code, message: text } = error;
    send([null, null, Object.assign(message, { payload: { code, message: text } })]);
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
