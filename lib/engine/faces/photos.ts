import type { ModelIdentity } from '../../model/credential.ts';
import { AccessError, toAccessError } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import { isSameModel } from '../../face/template.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import { sealCredential } from '../credential-change.ts';
import type { Journal } from '../journal.ts';
import type { Mastership } from '../mastership/mastership.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { Secrets } from '../secrets.ts';
import { MADE } from '../store/faces/photos.ts';
import type { Store } from '../store/store.ts';
import { onlyFace } from './only-face.ts';
import type { PhotoEngine } from './photo-engine.ts';
import * as requests from './requests.ts';
import { MODEL_SETTING, type FaceSettings } from './settings.ts';

/** Results in one letter. */
const AT_A_TIME = 500;

interface Parts {
  store: Store;
  secrets: Secrets;
  settings: FaceSettings;
  administration: Administration;
  mastership: Mastership;
  writer: PolicyWriter;
  journal: Journal;
  trust: ClockTrust;
  announce: () => void;
}

/** Photos that gateways make templates of themselves, at both ends; every request is checked here. */
export function createPhotos(parts: Parts): PhotoEngine {
  const { store, settings, trust, announce } = parts;
  return {
    async useFaceModel(query) {
      await useModel(parts, requests.ofModel.parse(query, 'query').model);
    },
    async dispatchPhoto(query) {
      const credential = await dispatch(parts, requests.dispatch.parse(query, 'request'));
      announce();
      return { credential };
    },
    async resendPhoto(query) {
      const credential = await resend(parts, requests.resend.parse(query, 'request'));
      announce();
      return { credential };
    },
    nextFacePhoto: () => nextPhoto(parts),
    async settleFacePhoto(query) {
      await settle(parts, requests.settle.parse(query, 'query'));
      announce();
    },
    photoResults: () => store.faces('untoldResults', { limit: AT_A_TIME }),
    photosTold: async (query) => store.sync('photosTold', requests.told.parse(query, 'query')),
    async takePhotoResults(query) {
      const checked = requests.results.parse(query, 'query');
      const keep = settings.config.keepPhotos ?? false;
      await store.sync('photoResults', { ...checked, keep, now: trust.read().now });
    },
  };
}

/** Templates of other models are neither taken over nor searched from now on (N5, R-055). */
async function useModel({ settings, journal, trust }: Parts, model: ModelIdentity): Promise<void> {
  if (settings.model !== undefined && isSameModel(settings.model, model)) return;
  const { algorithm, version, digest = '' } = model;
  const details = { algorithm, version, digest };
  const event: EventEntry = { category: 'system', code: 'faceModelInUse', details };
  const value = JSON.stringify(model);
  await journal.event(event, trust.read(), [{ kind: 'setting', key: MODEL_SETTING, value }]);
  settings.use(model);
}

/** The photo becomes the only face of its person; what the person had goes in the same transaction. */
async function dispatch(parts: Parts, request: requests.Dispatch): Promise<string> {
  const { secrets, settings, administration, mastership, trust } = parts;
  const { person, photo, author } = request;
  mastership.requireLocal(['credential']);
  if (!settings.isKeeping || !settings.isShared)
    throw new AccessError('FORBIDDEN', 'no templates of faces are kept here');
  const bytes = photoBytes(photo);
  const { credential, changes } = await onlyFace(administration, request, trust.read().now);
  const details = { person, credential, bytes: bytes.length };
  const event = { category: 'administration', code: 'photoDispatched', author, details } as const;
  const sealed = secrets.seal(credential, 'photo', bytes);
  const side = [{ kind: 'facePhoto', credential, origin: 'here', photo: sealed } as const];
  const { failed } = await administration.change(changes, { author }, event, side);
  const [failure] = failed;
  if (failure !== undefined) throw new AccessError(failure.code, failure.message);
  return credential;
}

async function resend(
  parts: Parts,
  { person, author }: { person: string; author: string },
): Promise<string> {
  const kept = await parts.store.faces('keptPhoto', { person });
  if (kept === undefined) throw new AccessError('NOT_FOUND', `no photo of "${person}" is kept`);
  const bytes = parts.secrets.open(kept.credential, 'photo', kept.sealed);
  return dispatch(parts, { person, author, photo: Buffer.from(bytes).toString('base64') });
}

/** A JPEG that fits into a message of the link. */
function photoBytes(photo: string): Buffer {
  const bytes = Buffer.from(photo, 'base64');
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (isJpeg && bytes.length <= requests.MOST_PHOTO_BYTES) return bytes;
  throw new AccessError('INPUT_INVALID', 'a photo for gateways is a JPEG of at most 96 KiB');
}

/** One damaged photo must not keep the others from being looked at. */
async function nextPhoto(parts: Parts): ReturnType<PhotoEngine['nextFacePhoto']> {
  for (;;) {
    const next = await parts.store.faces('nextPhoto', {});
    if (next === undefined) return undefined;
    const { credential, person, sealed } = next;
    try {
      const photo = parts.secrets.open(credential, 'photo', sealed);
      return { credential, person, photo: Buffer.from(photo).toString('base64') };
    } catch (error) {
      await settle(parts, { credential, problem: toAccessError(error).code });
    }
  }
}

/** The template takes the place of the photo, or the photo goes alone, with the reason. */
async function settle(parts: Parts, { credential, made, problem }: requests.Settle): Promise<void> {
  const failed = made === undefined ? problem : await keepTemplate(parts, credential, made);
  if (failed === undefined) return;
  const { journal, trust } = parts;
  const details = { credential, reason: failed };
  const event: EventEntry = { category: 'administration', code: 'photoRefused', details };
  const over = { kind: 'facePhotoOver', credential, result: failed } as const;
  await journal.event(event, trust.read(), [over]);
}

/** Resolves with the code of what speaks against it. */
async function keepTemplate(
  { secrets, writer }: Parts,
  credential: string,
  made: NonNullable<requests.Settle['made']>,
): Promise<string | undefined> {
  const value = await sealCredential({ id: credential, ...made }, 'face', secrets);
  const details = { credential };
  const event = { category: 'administration', code: 'photoEnrolled', details } as const;
  const side = [{ kind: 'facePhotoOver', credential, result: MADE } as const];
  const { failed } = await writer.alone(() =>
    writer.write([{ op: 'update', kind: 'credential', value }], true, event, { side }),
  );
  return failed[0]?.code;
}
