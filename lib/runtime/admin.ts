import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { AccessError, toAccessError } from '../model/errors.ts';
import { optional } from '../model/optional.ts';
import { announcementFor } from '../release/announcement.ts';
import { calibrateFaces } from './face-calibration.ts';
import { siteType, type SiteApi } from './site.ts';

export const READ = 'gatewire.read';
export const WRITE = 'gatewire.write';

type Answer = (site: SiteApi, query: (name: string) => string | undefined) => unknown;

/** What the dialogs ask of a running site. Every route needs a login with the permission `gatewire.read`. */
const ROUTES: Readonly<Record<string, Answer>> = {
  persons: (site, query) =>
    site.engine.find({ kind: 'person', limit: 20, ...optional('text', query('text')) }),
  schedules: (site) => site.engine.find({ kind: 'schedule', limit: 1000 }),
  firms: (site) => site.engine.find({ kind: 'firm', limit: 1000 }),
  health: (site) => site.engine.health(),
  release: ({ engine, settings: { language } }, query) =>
    announcementFor({ engine, language }, query('person') ?? ''),
  'face-calibration': (site, query) => calibrateFaces(site, query('falseMatch')),
  zones: (site) => site.engine.zones({}),
  explain: (site, query) =>
    site.engine.explain({
      person: query('person') ?? '',
      accessPoint: query('accessPoint') ?? '',
      ...optional('at', instant(query('at'))),
    }),
};

/** Lets an operator vouch for the clock of a site, by name. Needs the permission `gatewire.write`. */
function serveClock(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gatewire/sites/:site/confirm-clock',
    RED.auth.needsPermission(WRITE),
    (request, response) => {
      void reply(RED, request, response, async (site) => {
        await site.engine.confirmClock({ author: userOf(request) });
        return site.engine.health();
      });
    },
  );
}

/** Changes the exit conditions of one firm, and nothing else of it. Needs the permission `gatewire.write`. */
function serveConditions(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gatewire/sites/:site/firms/:firm/release',
    RED.auth.needsPermission(WRITE),
    (request, response) => {
      void reply(RED, request, response, async ({ engine }) => {
        const value = { id: String(request.params.firm), release: request.body as unknown };
        const changes = [{ op: 'update', kind: 'firm', value } as const];
        const { failed } = await engine.change({
          changes,
          options: { author: userOf(request) },
        });
        if (failed[0] !== undefined) throw new AccessError(failed[0].code, failed[0].message);
        return value;
      });
    },
  );
}

/** Who is logged in to the editor; `editor` where it is open to anyone. */
export function userOf(request: Request): string {
  const { user } = request as { user?: { username?: unknown } };
  return typeof user?.username === 'string' ? user.username : 'editor';
}

/** Serves the routes below `gatewire/sites/<id of the config node>/` of the admin API. */
export function serveSites(RED: NodeAPI): void {
  serveClock(RED);
  serveConditions(RED);
  for (const [name, answer] of Object.entries(ROUTES)) {
    RED.httpAdmin.get(
      `/gatewire/sites/:site/${name}`,
      RED.auth.needsPermission(READ),
      (request, response) => {
        void reply(RED, request, response, answer);
      },
    );
  }
}

async function reply(
  RED: NodeAPI,
  request: Request,
  response: Response,
  answer: Answer,
): Promise<void> {
  await respond(response, () => {
    const site = siteType.of(RED, String(request.params.site));
    const query = (name: string): string | undefined => {
      const value = request.query[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    return answer(site, query);
  });
}

/** Answers with what `answer` gives, or with the code of what it throws. */
export async function respond(response: Response, answer: () => unknown): Promise<void> {
  try {
    response.json(await answer());
  } catch (reason) {
    const error = toAccessError(reason);
    response.status(statusOf(error)).json({ code: error.code, message: error.message });
  }
}

function statusOf(error: AccessError): number {
  if (error.code === 'NOT_FOUND' || error.code === 'CONFIG_INVALID') return 404;
  if (error.code === 'FORBIDDEN') return 403;
  return error.code === 'INPUT_INVALID' ? 400 : 503;
}

function instant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Number(text);
  if (Number.isFinite(at)) return Math.trunc(at);
  throw new AccessError('INPUT_INVALID', `at: "${text}" is not a number of milliseconds`);
}
