import type { EngineService } from '../../lib/engine/facade.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Decision, Passage } from '../../lib/model/decision.ts';
import type { Change } from '../../lib/model/entity.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { optional } from '../../lib/model/optional.ts';
import type { EngineConfig } from '../../lib/model/site.ts';
import type { Zone } from '../../lib/model/zone.ts';
import type { TestClock } from './clock.ts';
import { reopenEngine } from './engine.ts';
import { SAMPLE_CONFIG, attemptAt, card } from './sample-site.ts';

const FRONT = SAMPLE_CONFIG.accessPoints.find(({ id }) => id === 'front');

function point(
  id: string,
  direction: 'in' | 'out',
  zoneFrom?: string,
  zoneTo?: string,
): AccessPoint {
  const place = { ...optional('zoneFrom', zoneFrom), ...optional('zoneTo', zoneTo) };
  if (FRONT === undefined) throw new Error('there is no sample access point');
  return { ...FRONT, id, name: id, direction, ...place };
}

/** A yard with two gates, an office in it, and a vault in the office; and one gate with a single reader. */
export const ZONED_CONFIG: EngineConfig = {
  ...SAMPLE_CONFIG,
  accessPoints: [
    point('gate-in', 'in', undefined, 'yard'),
    point('gate-out', 'out', 'yard'),
    point('back-in', 'in', undefined, 'yard'),
    point('office-in', 'in', 'yard', 'office'),
    point('office-out', 'out', 'office', 'yard'),
    point('vault-in', 'in', 'office', 'vault'),
    point('vault-out', 'out', 'vault', 'office'),
    { ...point('wicket', 'in', undefined, 'yard'), directionByPosition: true },
  ],
};

export const PEOPLE = ['ada', 'ben', 'cho', 'dan', 'eve'] as const;
export type Someone = (typeof PEOPLE)[number];

export const cardOf = (person: string): string =>
  `04${Buffer.from(person.padEnd(6, '.')).toString('hex').toUpperCase()}`;

const put = (kind: Change['kind'], value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});

export const ZONES: Zone[] = [
  { id: 'yard', name: 'Yard' },
  { id: 'office', name: 'Office', parent: 'yard' },
  { id: 'vault', name: 'Vault', parent: 'office' },
];

const CHANGES: Change[] = [
  ...ZONES.map((zone) => put('zone', { ...zone })),
  put('group', { id: 'rescue', name: 'Rescue', breakGlass: true }),
  ...PEOPLE.flatMap((id) => [
    put('person', { id, name: id.toUpperCase(), groups: id === 'eve' ? ['rescue'] : [] }),
    put('credential', { id: `tag-${id}`, person: id, type: 'card', value: cardOf(id) }),
  ]),
  put('permission', { id: 'all', subject: { everyone: true }, target: { everywhere: true } }),
];

/** An engine with zones, and short words for what happens at its doors. */
export class ZonedSite {
  readonly engine: EngineService;
  readonly clock: TestClock;

  constructor(engine: EngineService, clock: TestClock) {
    this.engine = engine;
    this.clock = clock;
  }

  static async open(folder: string, clock: TestClock): Promise<ZonedSite> {
    const site = new ZonedSite(await reopenEngine(folder, clock), clock);
    await site.engine.configure(ZONED_CONFIG);
    await site.change(...CHANGES);
    return site;
  }

  async change(...changes: Change[]): Promise<void> {
    const report = await this.engine.change({ changes, options: { author: 'test' } });
    if (report.failed.length > 0) throw new Error(JSON.stringify(report.failed));
  }

  /** Gives a zone other rules. */
  rule(id: string, rules: Partial<Zone>): Promise<void> {
    const zone = ZONES.find((one) => one.id === id);
    return this.change(put('zone', { ...zone, ...rules }));
  }

  decide(person: string, accessPoint: string): Promise<Decision> {
    return this.engine.decide(attemptAt(this.clock.now(), accessPoint, card(cardOf(person))));
  }

  /** The reasons of a refusal, or nothing for a grant. */
  async asks(person: string, accessPoint: string): Promise<readonly string[]> {
    const { outcome, reasons } = await this.decide(person, accessPoint);
    return outcome === 'granted' ? [] : reasons;
  }

  passage(decision: Decision, outcome: Passage['outcome'] = 'taken'): Passage {
    const at = ZONED_CONFIG.accessPoints.find(({ id }) => id === decision.accessPoint);
    return {
      id: uuidv7(this.clock.now()),
      decision: decision.id,
      direction: decision.direction ?? 'undefined',
      outcome,
      confirmed: true,
      at: this.clock.now(),
      ...optional('accessPoint', decision.accessPoint),
      ...optional('person', decision.person?.id),
      ...optional('zoneFrom', at?.zoneFrom),
      ...optional('zoneTo', at?.zoneTo),
    };
  }

  /** Somebody goes through: grant and passage. */
  async passes(person: string, accessPoint: string): Promise<Passage> {
    const decision = await this.decide(person, accessPoint);
    if (decision.outcome !== 'granted') throw new Error(`refused: ${decision.reasons.join()}`);
    const passage = this.passage(decision);
    await this.engine.recordPassage(passage);
    this.clock.advance(1000);
    return passage;
  }

  /** A passage that was seen without any decision. */
  seen(person: string, accessPoint: string, at = this.clock.now()): Passage {
    const place = ZONED_CONFIG.accessPoints.find(({ id }) => id === accessPoint);
    return {
      id: uuidv7(at),
      accessPoint,
      person,
      direction: place?.direction ?? 'in',
      outcome: 'taken',
      confirmed: true,
      at,
      ...optional('zoneFrom', place?.zoneFrom),
      ...optional('zoneTo', place?.zoneTo),
    };
  }

  /** The zone somebody is in, `outside` or `unknown`. */
  async where(person: string, at?: number): Promise<string> {
    const { state, zone } = await this.engine.position({ person, ...optional('at', at) });
    return state === 'inside' ? (zone ?? '') : state;
  }

  async people(zone: string): Promise<number | undefined> {
    return (await this.engine.zones({})).find(({ id }) => id === zone)?.people;
  }
}
