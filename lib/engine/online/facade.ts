import type { Decision } from '../../model/decision.ts';
import type { Assembly } from '../assemble.ts';
import {
  foreignAttempt,
  forgetting,
  onlineResult,
  type ForeignAttempt,
  type ForeignDecision,
  type OnlineEngine,
  type OnlineResult,
} from './online.ts';

/** As the methods of the engine, for what was under way for `waited` milliseconds of the monotonic clock. */
export interface OnlineService extends OnlineEngine {
  takeAnswerAfter(result: OnlineResult, waited: number): Promise<Decision>;
  decideForAfter(request: ForeignAttempt, waited: number): Promise<ForeignDecision>;
}

/** What the engine offers for deciding together with a server; every request is checked here. */
export function onlineMethods({
  online,
  journal,
  trust,
}: Pick<Assembly, 'online' | 'journal' | 'trust'>): OnlineService {
  const takeAnswerAfter: OnlineService['takeAnswerAfter'] = async (result, waited) =>
    online.takeAnswer(onlineResult.parse(result, 'result'), waited);
  const decideForAfter: OnlineService['decideForAfter'] = async (request, waited) =>
    online.decideFor(foreignAttempt.parse(request, 'request'), waited);
  return {
    takeAnswerAfter,
    decideForAfter,
    takeAnswer: (result) => takeAnswerAfter(result, 0),
    decideFor: (request) => decideForAfter(request, 0),
    async forgetAnswers(query) {
      const { person } = forgetting.parse(query, 'query');
      const { count, side } = online.kept.forget(person);
      if (count === 0) return 0;
      const details = { answers: count, ...(person === undefined ? {} : { person }) };
      const event = { category: 'system', code: 'answersForgotten', details } as const;
      await journal.event(event, trust.read(), side);
      return count;
    },
    async confirmBase() {
      const moment = trust.read();
      const side = online.confirmation.confirm(moment);
      if (side.length > 0)
        await journal.event({ category: 'system', code: 'baseConfirmed' }, moment, side);
    },
  };
}
