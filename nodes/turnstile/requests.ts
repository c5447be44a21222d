import { DIRECTIONS, type Direction } from '../../lib/model/access-point.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { toAccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import { exitRequest, unavailable } from '../../lib/runtime/attempt.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';
import type { Points } from './points.ts';

/** A wish to pass without a credential, decided. Without a direction it opens both ways. */
export interface Answer {
  attempt: Attempt;
  decision: Decision;
  direction?: Direction;
}

/**
 * Asks the engine for somebody who has pressed a button. Without a direction the button is for every way whose
 * access point lets people pass without a credential.
 */
export async function decideRequest(
  site: SiteApi,
  points: Points,
  wanted: Direction | undefined,
): Promise<Answer> {
  const direction = wanted ?? allowedWay(points);
  const attempt = {
    ...exitRequest(),
    accessPoint: points.at(direction ?? 'undefined').id,
    ...optional('direction', direction),
  };
  return { attempt, decision: await decide(site, attempt), ...optional('direction', direction) };
}

/** The one way that may be opened by a button; none if both may. */
function allowedWay(points: Points): Direction | undefined {
  const ways = DIRECTIONS.filter((way) => points.at(way).requestToExit);
  // Where no way may be opened the refusal has to stand in the log, too.
  return ways.length === DIRECTIONS.length ? undefined : (ways[0] ?? 'in');
}

/** While the engine is down the answer is no. */
async function decide(site: SiteApi, attempt: Attempt): Promise<Decision> {
  try {
    return await site.engine.decide(attempt);
  } catch (reason) {
    if (toAccessError(reason).code !== 'ENGINE_UNAVAILABLE') throw reason;
    return unavailable(attempt, site.settings.language);
  }
}
