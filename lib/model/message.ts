import Type, { type Static } from 'typebox';
import { Attempt } from './attempt.ts';
import { Command, Decision, Passage } from './decision.ts';
import { closed } from './fields.ts';
import { parser } from './parse.ts';

/**
 * The one object that travels with every message as `msg.access` and only grows. Everything else in the
 * message is passed on untouched.
 */
export const Access = Type.Object(
  {
    attempt: Attempt,
    decision: Type.Optional(Decision),
    command: Type.Optional(Command),
    passage: Type.Optional(Passage),
  },
  closed,
);
export type Access = Static<typeof Access>;

export const accessParser = parser(Access);
