import type { Attempt } from '../../model/attempt.ts';
import type { Clock } from '../../model/clock.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Conclude } from '../conclude.ts';
import { Durations } from '../durations.ts';
import type { Journal } from '../journal.ts';
import type { Judge } from '../judge.ts';
import type { Presence } from '../presence/presence.ts';
import { toLogged, type Readings } from '../readings.ts';
import type { Secrets } from '../secrets.ts';
import type { Site } from '../site.ts';
import type { Confirmation } from './confirmation.ts';
import { createDecideFor, type DecideFor } from './decide-for.ts';
import type { FleetDoors } from './fleet-doors.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { createTakeAnswer, type TakeAnswer } from './take-answer.ts';

/** The parts of an engine that decide together with others. */
export interface Online {
  takeAnswer: TakeAnswer;
  decideFor: DecideFor;
  kept: KeptAnswers;
  confirmation: Confirmation;
  doors: FleetDoors;
  times: Durations;
}

interface Parts {
  clock: Clock;
  trust: ClockTrust;
  site: Site;
  policy: Policy;
  judge: Judge;
  journal: Journal;
  presence: Presence;
  conclude: Conclude;
  memory: Readings;
  secrets: Secrets;
  kept: KeptAnswers;
  confirmation: Confirmation;
  doors: FleetDoors;
}

export function assembleOnline(parts: Parts): Online {
  const { site, memory, secrets, kept, confirmation, doors } = parts;
  const read = ({ credentials }: Attempt) => {
    const readings = credentials.map((presented) => memory.read(presented));
    const logged = readings.map((reading) =>
      toLogged(reading, undefined, site.settings?.logValues, secrets),
    );
    return { readings, logged };
  };
  const times = new Durations();
  return {
    takeAnswer: createTakeAnswer({ ...parts, read, times }),
    decideFor: createDecideFor(parts),
    kept,
    confirmation,
    doors,
    times,
  };
}
