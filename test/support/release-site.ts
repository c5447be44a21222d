import type { EngineService } from '../../lib/engine/facade.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import type { Clock } from '../../lib/model/clock.ts';
import type { Decision, Passage } from '../../lib/model/decision.ts';
import type { Change } from '../../lib/model/entity.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { optional } from '../../lib/model/optional.ts';
import type { MarkRequest } from '../../lib/model/release-requests.ts';
import type { EngineConfig } from '../../lib/model/site.ts';
import { reopenEngine } from './engine.ts';
import { ANNA_CARD, attemptAt, card, SAMPLE_CHANGES, SAMPLE_CONFIG } from './sample-site.ts';

const [front] = SAMPLE_CONFIG.accessPoints;
if (front === undefined) throw new Error('the sample site has no door');

/** The sample site with a gate for goods, and an exit for people only. */
export const RELEASE_CONFIG: EngineConfig = {
  ...SAMPLE_CONFIG,
  accessPoints: [
    ...SAMPLE_CONFIG.accessPoints,
    { ...front, id: 'gate-in', name: 'Gate, entry', direction: 'in', release: 'required' },
    {
      ...front,
      id: 'gate-out',
      name: 'Gate, exit',
      direction: 'out',
      release: 'required',
      requestToExit: true,
    },
  ],
};

const firm = (id: string, release?: object): Change => ({
  op: 'put',
  kind: 'firm',
  value: { id, name: `Firm ${id}`, roles: ['supplier', 'buyer'], ...optional('release', release) },
});

/** North wants all marks, south a payment or a permission and an exit within half an hour. */
const FIRMS: Change[] = [
  firm('north'),
  firm('south', { buyer: { all: [['payment', 'permission']], minutes: 30 } }),
];

/** The sample site without its PINs, whose hashes take their time, and with firms. */
export const RELEASE_CHANGES: Change[] = [
  ...SAMPLE_CHANGES.filter((change) => change.op === 'delete' || change.value.type !== 'pin'),
  ...FIRMS,
];

/** An engine in this process with gates for goods. */
export async function openReleaseEngine(folder: string, clock: Clock): Promise<EngineService> {
  const engine = await reopenEngine(folder, clock);
  await engine.configure(RELEASE_CONFIG);
  const { failed } = await engine.change({
    changes: RELEASE_CHANGES,
    options: { author: 'test' },
  });
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
  return engine;
}

export function dealChange(id: string, value: object = {}): Change {
  const deal = { id, person: 'anna', firm: 'north', role: 'buyer', openedAt: 1, marks: {} };
  return { op: 'create', kind: 'deal', value: { ...deal, ...value } };
}

/** A mark with a key of its own. */
export function markOf(
  deal: string,
  mark: MarkRequest['mark'],
  rest: Partial<MarkRequest> = {},
): MarkRequest {
  return { deal, mark, key: `${deal} ${mark}`, source: 'till', author: 'clerk', ...rest };
}

export async function markAll(engine: Pick<Engine, 'markDeal'>, deal: string): Promise<void> {
  for (const mark of ['goods', 'documents', 'payment'] as const) {
    await engine.markDeal(markOf(deal, mark));
  }
}

export function leave(
  engine: Pick<Engine, 'decide'>,
  now: number,
  accessPoint = 'gate-out',
): Promise<Decision> {
  return engine.decide(attemptAt(now, accessPoint, card(ANNA_CARD)));
}

/** The passage that follows a grant. */
export function passageOf(decision: Decision, changes: Partial<Passage> = {}): Passage {
  return {
    id: uuidv7(decision.at),
    decision: decision.id,
    ...optional('accessPoint', decision.accessPoint),
    ...optional('person', decision.person?.id),
    direction: 'out',
    outcome: 'taken',
    confirmed: true,
    at: decision.at + 2000,
    ...changes,
  };
}

export async function openDealIds(engine: EngineService): Promise<string[]> {
  return (await engine.openDeals({})).map(({ deal }) => deal);
}
