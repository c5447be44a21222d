import { rm } from 'node:fs/promises';
import type { NodeMessageInFlow } from 'node-red';
import Type from 'typebox';
import type { FaceFindings } from '../../lib/face/face.ts';
import { toTemplate } from '../../lib/face/template.ts';
import { enrol, makeTemplate, type GivenConsent } from '../../lib/face/use/enrolment.ts';
import { Consent } from '../../lib/model/consent.ts';
import { closed, Id } from '../../lib/model/fields.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import type { SiteFaces } from '../../lib/runtime/faces.ts';
import type { GivenPicture } from '../../lib/runtime/picture.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';
import type { FaceMatchConfig } from './face-match.config.ts';
import { reportOf, type FaceReport } from './report.ts';

const personParser = parser(Id);
const { text, language, guardian } = Consent.properties;
const consentParser = parser(Type.Object({ text, language, guardian }, closed));

/** What the node tells of a photo. */
export interface PhotoAnswer {
  isDone: boolean;
  report: FaceReport;
}

interface Parts {
  config: FaceMatchConfig;
  site: SiteApi;
  faces: SiteFaces;
}

/** The mode *enrol*: a photo becomes the template of a person, and is deleted unless it shall stay. */
export async function enrolPhoto(
  { config, site, faces }: Parts,
  message: NodeMessageInFlow,
  picture: GivenPicture,
): Promise<PhotoAnswer> {
  const { bytes, file } = picture;
  const person = personParser.parse(message.person, 'msg.person');
  const consent =
    message.consent === undefined ? undefined : consentParser.parse(message.consent, 'msg.consent');
  const { author, demands } = config;
  const given = { person, author, ...optional('consent', consent) };
  const { mode } = (await site.engine.faceState({})).config;
  if (mode === 'carried') return issueCarried({ config, site, faces }, given, picture);
  if (config.dispatch) return sendPhoto({ config, site, faces }, given, picture);
  const parts = { engine: site.engine, faces, now: Date.now };
  const request = { ...given, picture: bytes, demands };
  const result = await enrol(parts, request);
  const isDone = result.outcome === 'enrolled';
  if (isDone) await forget(config, file);
  const more = {
    ...(result.outcome === 'enrolled' && { credential: result.credential }),
    ...(result.outcome === 'duplicate' && { other: result.other }),
  };
  return { isDone, report: { ...reportOf(result.outcome, result.findings), person, ...more } };
}

/** A template that nobody keeps but its owner, as the text of a QR code. */
async function issueCarried(
  { config, site, faces }: Parts,
  given: { person: string; author: string; consent?: GivenConsent },
  { bytes, file }: GivenPicture,
): Promise<PhotoAnswer> {
  const { person } = given;
  const result = await makeTemplate(faces, { person, picture: bytes, demands: config.demands });
  if (result.outcome !== 'made') {
    return { isDone: false, report: { ...reportOf(result.outcome, result.findings), person } };
  }
  const issued = await site.engine.issueCarried({ ...given, made: result.made });
  await forget(config, file);
  return { isDone: true, report: { ...reportOf('issued', result.findings), person, ...issued } };
}

/** A photo that is sent to the gateways, for each to make its own template of it; small, and nothing but it. */
async function sendPhoto(
  { config, site, faces }: Parts,
  given: { person: string; author: string; consent?: GivenConsent },
  { bytes, file }: GivenPicture,
): Promise<PhotoAnswer> {
  const small = await faces.service.snapshot({ picture: bytes });
  const photo = Buffer.from(small).toString('base64');
  const { credential } = await site.engine.dispatchPhoto({ ...given, photo });
  await forget(config, file);
  return { isDone: true, report: { outcome: 'dispatched', person: given.person, credential } };
}

async function forget({ keepPhoto }: FaceMatchConfig, file: string | undefined): Promise<void> {
  if (file !== undefined && !keepPhoto) await rm(file, { force: true });
}

/** The mode *extract*: a photo becomes a template with the identity of its model, for another gateway. */
export async function extractTemplate(
  { config, faces }: Parts,
  picture: Uint8Array,
): Promise<PhotoAnswer> {
  const findings = await faces.service.analyse({ picture, demands: config.demands });
  const { vector } = findings;
  if (vector === undefined) return { isDone: false, report: reportOf('flawed', findings) };
  const { model } = await faces.service.describe({});
  const template = Buffer.from(toTemplate(vector)).toString('base64');
  return { isDone: true, report: { ...reportOf('extracted', findings), template, model } };
}

/** The mode *check*: whether a photo is good enough. */
export async function checkPhoto(
  { config, faces }: Parts,
  picture: Uint8Array,
): Promise<PhotoAnswer> {
  const findings: FaceFindings = await faces.service.analyse({
    picture,
    demands: config.demands,
  });
  const isDone = findings.flaws.length === 0;
  return { isDone, report: reportOf(isDone ? 'good' : 'flawed', findings) };
}
