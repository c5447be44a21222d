import { AccessError } from '../../model/errors.ts';
import type { Firm } from '../../model/firm.ts';
import { optional } from '../../model/optional.ts';
import { penaltyState, type PenaltyState } from '../../policy/passes/penalty.ts';
import type { Administration } from '../administration.ts';
import type { FirmScope } from '../engine.ts';
import { everyPage } from './pages.ts';
import type { LocalClock } from './local-clock.ts';

export interface Penalties {
  /** Points of a person at a firm; undefined if the firm has no policy. Throws NOT_FOUND for no such firm. */
  of(person: string, firm: string, scope?: FirmScope): Promise<PenaltyState | undefined>;
  /** The firm whose policy counts if nothing else is said: the only present employer. */
  employerOf(person: string, scope?: FirmScope): Promise<string | undefined>;
}

export function createPenalties(
  { find }: Pick<Administration, 'find'>,
  local: LocalClock,
): Penalties {
  async function firmOf(id: string, scope: FirmScope | undefined): Promise<Firm> {
    const [firm] = await find({ kind: 'firm', id, ...optional('scope', scope) });
    if (firm !== undefined) return firm;
    throw new AccessError('NOT_FOUND', `firm "${id}" does not exist`);
  }

  return {
    async of(person, firm, scope) {
      const { penalty } = await firmOf(firm, scope);
      if (penalty === undefined) return undefined;
      const [passes, waivers] = await Promise.all([
        everyPage(find, { kind: 'pass', person, ...optional('scope', scope) }),
        everyPage(find, { kind: 'waiver', person, ...optional('scope', scope) }),
      ]);
      return penaltyState({ person, firm, now: local() }, penalty, passes, waivers);
    },
    async employerOf(person, scope) {
      const today = local().slice(0, 10);
      const range = { from: today, to: today };
      const employments = await find({
        kind: 'employment',
        person,
        ...range,
        ...optional('scope', scope),
      });
      const firms = new Set(employments.map(({ firm }) => firm));
      return firms.size === 1 ? employments[0]?.firm : undefined;
    },
  };
}
