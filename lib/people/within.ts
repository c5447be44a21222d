import type { Engine, FirmScope } from '../engine/engine.ts';
import { AccessError } from '../model/errors.ts';

/** The part of the engine that a people node uses. */
export type PeopleEngine = Pick<
  Engine,
  | 'change'
  | 'find'
  | 'explain'
  | 'changePass'
  | 'unreturnedPasses'
  | 'penalty'
  | 'erasePerson'
  | 'faceReenrolments'
  | 'faceReport'
  | 'resendPhoto'
>;

/** The engine as a firm's administrator has it: every call carries the scope, and the engine enforces it. */
export function within(engine: PeopleEngine, scope: FirmScope): PeopleEngine {
  return {
    change: ({ changes, options }) => engine.change({ changes, options: { ...options, scope } }),
    find: (query) => engine.find({ ...query, scope }),
    explain: (query) => engine.explain({ ...query, scope }),
    changePass: ({ request, options }) =>
      engine.changePass({ request, options: { ...options, scope } }),
    unreturnedPasses: (query) => engine.unreturnedPasses({ ...query, scope }),
    penalty: (query) => engine.penalty({ ...query, scope }),
    erasePerson: () => refused('a firm cannot erase people: others may know them, too'),
    faceReenrolments: () => refused('the faces of a site are not the business of a firm'),
    faceReport: () => refused('the faces of a site are not the business of a firm'),
    resendPhoto: () => refused('the faces of a site are not the business of a firm'),
  };
}

function refused(why: string): Promise<never> {
  return Promise.reject(new AccessError('FORBIDDEN', why));
}
