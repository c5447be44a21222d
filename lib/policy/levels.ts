import type { LevelRule, SecurityLevel } from '../model/access-point.ts';
import type { CredentialType } from '../model/credential.ts';
import type { Moment } from './moment.ts';
import { BIT, type ReasonSet } from './reason-set.ts';
import { ALWAYS_OPEN, type Schedule } from './schedule.ts';
import { typeSet, type TypeSet } from './type-set.ts';

/** A compiled security level: the groups are alternatives, all types of one group are needed. */
export interface Level {
  readonly model: SecurityLevel;
  readonly groups: readonly TypeSet[];
  /** Every type that is accepted in some group. */
  readonly types: TypeSet;
  readonly twoPersons: boolean;
}

export interface LevelChoice {
  readonly schedule: Schedule;
  readonly level: Level;
}

/** In force when no rule is open: nothing is accepted. */
export const NOTHING_ACCEPTED: Level = compileLevel({ anyOf: [] });

/**
 * A rule whose schedule cannot be relied on (undefined) accepts nothing from there on: the rules below
 * it may ask for less than it did.
 */
export function compileLevels(
  rules: readonly LevelRule[],
  scheduleOf: (id: string | undefined) => Schedule | undefined,
): LevelChoice[] {
  return rules.map((rule) => {
    const schedule = scheduleOf(rule.schedule);
    return schedule === undefined
      ? { schedule: ALWAYS_OPEN, level: NOTHING_ACCEPTED }
      : { schedule, level: compileLevel(rule.level) };
  });
}

function compileLevel(model: SecurityLevel): Level {
  return {
    model,
    groups: model.anyOf.map((group: readonly CredentialType[]) => typeSet(group)),
    types: typeSet(model.anyOf.flat()),
    twoPersons: model.persons === 2,
  };
}

/** The first rule that is open decides. */
export function levelAt(choices: readonly LevelChoice[], instant: number): Level {
  for (const { schedule, level } of choices) if (schedule.isOpen(instant)) return level;
  return NOTHING_ACCEPTED;
}

/** The level in force; undefined if that depends on a time that cannot be trusted. */
export function levelInForce(choices: readonly LevelChoice[], moment: Moment): Level | undefined {
  if (moment.trusted) return levelAt(choices, moment.instant);
  const first = choices[0];
  return first === undefined || first.schedule.limited ? undefined : first.level;
}

/** The first instant after the given one at which the level may be another; at most `horizon`. */
export function nextLevelChange(
  choices: readonly LevelChoice[],
  instant: number,
  horizon: number,
): number {
  let next = horizon;
  for (const { schedule } of choices) {
    next = schedule.nextFlip(instant, next);
    if (schedule.isOpen(instant)) break;
  }
  return next;
}

/** What is wrong with the types that were presented, of those that the hardware can read. */
export function levelFaults(level: Level, supports: TypeSet, presented: TypeSet): ReasonSet {
  const usable = presented & supports;
  for (const group of level.groups) if ((group & ~usable) === 0) return 0;
  const accepted = level.types & supports;
  let faults = 0;
  if ((presented & accepted) !== 0) faults |= BIT.secondFactorTimeout;
  if (faults === 0 || (presented & ~accepted) !== 0) faults |= BIT.wrongMode;
  return faults;
}
