import { AccessError } from '../../model/errors.ts';
import { isTemplate } from '../../face/template.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Mastership } from '../mastership/mastership.ts';
import type { Secrets } from '../secrets.ts';
import { readCarried, writeCarried } from './carried-text.ts';
import { requireConsent } from './consents.ts';
import { onlyFace } from './only-face.ts';
import type { CarriedEngine } from './photo-engine.ts';
import * as requests from './requests.ts';
import type { FaceSettings } from './settings.ts';

interface Parts {
  secrets: Secrets;
  settings: FaceSettings;
  administration: Administration;
  mastership: Mastership;
  trust: ClockTrust;
  announce: () => void;
}

/** Templates that only their owners have, on a QR code or a card; every request is checked here. */
export function createCarried(parts: Parts): CarriedEngine {
  return {
    async issueCarried(query) {
      const issued = await issue(parts, requests.issue.parse(query, 'request'));
      parts.announce();
      return issued;
    },
    openCarried: async (query) => open(parts, requests.carried.parse(query, 'query').carried),
  };
}

/** The new text is the only one of its person: those before belong to credentials that are gone. */
async function issue(
  { secrets, settings, administration, mastership, trust }: Parts,
  request: requests.Issue,
): Promise<{ credential: string; carried: string }> {
  const { made, author } = request;
  mastership.requireLocal(['credential']);
  requireMode(settings);
  const template = Buffer.from(made.template, 'base64');
  if (!isTemplate(template, made.model.dimension ?? 0)) {
    throw new AccessError('INPUT_INVALID', 'the template does not have the form of its model');
  }
  const { credential, changes } = await onlyFace(administration, request, trust.read().now);
  const { failed } = await administration.change(changes, { author });
  const [failure] = failed;
  if (failure !== undefined) throw new AccessError(failure.code, failure.message);
  const carried = writeCarried(secrets.siteKeys(), { credential, template }, made.model);
  return { credential, carried };
}

async function open(
  { secrets, settings, administration }: Parts,
  text: string,
): Promise<{ credential: string; person: string; template: string }> {
  requireMode(settings);
  if (settings.model === undefined) {
    throw new AccessError('FACE_UNAVAILABLE', 'no face process has run here yet');
  }
  const { credential, template } = readCarried(secrets.siteKeys(), text, settings.model);
  const [found] = await administration.find({ kind: 'credential', id: credential });
  if (found?.type !== 'face') {
    throw new AccessError('NOT_FOUND', 'the carried template counts no more: there is a newer one');
  }
  await requireConsent(administration, { person: found.person });
  return { credential, person: found.person, template: Buffer.from(template).toString('base64') };
}

function requireMode({ config }: FaceSettings): void {
  if (config.mode === 'carried') return;
  throw new AccessError('FORBIDDEN', 'templates are not carried by their owners at this site');
}
