import type { CredentialType } from '../model/credential.ts';
import { AccessError } from '../model/errors.ts';
import type { ExplainQuery, Explanation } from '../model/explanation.ts';
import { optional } from '../model/optional.ts';
import type { EngineConfig } from '../model/site.ts';
import type { State } from './checks.ts';
import { Credentials, credentialEntry } from './credentials.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import { levelAt, nextLevelChange } from './levels.ts';
import { DAY } from './local-time.ts';
import { clampInstant, momentAt } from './moment.ts';
import { People, personEntry } from './people.ts';
import type {
  CredentialIndex,
  EvaluateInput,
  Obstacles,
  Policy,
  PolicyChange,
  PolicyRows,
  Verdict,
} from './policy.ts';
import type { ZoneTree } from './presence/tree.ts';
import { changedSources, isRuleChange, type RuleSources } from './rule-sources.ts';
import { ReleaseBook } from './release/book.ts';
import { compileRules, type Rules } from './rules.ts';
import { prepareStep } from './steps.ts';
import { Zone } from './zone.ts';

/** How far ahead the end of a level or of a schedule's answer is looked for. */
const HORIZON = 8 * DAY;

/** Before the first configuration there are no access points, so nothing can be granted. */
const UNCONFIGURED: EngineConfig = {
  site: {
    id: 'none',
    name: 'none',
    zone: 'UTC',
    language: 'en-US',
    logValues: 'masked',
    untrustedClock: 'deny',
    ring: 0,
    quotaRecords: 100,
    quotaBytes: 1_048_576,
  },
  accessPoints: [],
};

export function createPolicy(): Policy {
  return new Snapshot();
}

/** Numbers for groups. A number is never used for another group until everything is loaded anew. */
class GroupNumbers {
  readonly #numbers = new Map<string, number>();

  readonly of = (group: string): number => {
    const known = this.#numbers.get(group);
    if (known !== undefined) return known;
    this.#numbers.set(group, this.#numbers.size);
    return this.#numbers.size - 1;
  };
}

class Snapshot implements Policy {
  readonly tzdata = process.versions.tz ?? 'unknown';
  #version = 0;
  #config = UNCONFIGURED;
  #zone = new Zone(UNCONFIGURED.site.zone);
  #groups = new GroupNumbers();
  #sources: RuleSources = {
    group: new Map(),
    permission: new Map(),
    schedule: new Map(),
    holidayGroup: new Map(),
    zone: new Map(),
  };
  #state: State = {
    people: new People(),
    credentials: new Credentials(),
    rules: this.#compile(this.#sources),
    release: new ReleaseBook(),
  };

  get version(): number {
    return this.#version;
  }

  get counts(): Policy['counts'] {
    const { people, credentials, rules } = this.#state;
    return {
      persons: people.count,
      credentials: credentials.count,
      accessPoints: rules.accessPoints.size,
    };
  }

  configure(config: EngineConfig): void {
    const { zone: name } = config.site;
    const zone = name === this.#config.site.zone ? this.#zone : new Zone(name);
    const rules = compileRules(config, zone, this.#sources, this.#groups.of);
    this.#config = config;
    this.#zone = zone;
    this.#state = { ...this.#state, rules };
  }

  load(rows: PolicyRows): void {
    const groups = new GroupNumbers();
    const sources: RuleSources = {
      group: byId(rows.groups),
      permission: byId(rows.permissions),
      schedule: byId(rows.schedules),
      holidayGroup: byId(rows.holidayGroups),
      zone: byId(rows.zones),
    };
    const rules = compileRules(this.#config, this.#zone, sources, groups.of);
    const people = new People();
    for (const person of rows.persons) people.put(personEntry(person, groups.of));
    const credentials = new Credentials();
    for (const credential of rows.credentials) {
      const holder = people.slotOf(credential.person);
      if (holder >= 0) credentials.put(credentialEntry(credential), holder);
    }
    this.#groups = groups;
    this.#sources = sources;
    this.#state = { people, credentials, rules, release: openBook(rows) };
    this.#version = rows.version;
  }

  /** First does all that could fail, without touching anything that decisions are made from. */
  apply(changes: readonly PolicyChange[], version: number): void {
    const steps = changes.map((change) => prepareStep(this.#state, this.#groups.of, change));
    const ruleChanges = changes.filter(isRuleChange);
    let { rules } = this.#state;
    let sources = this.#sources;
    if (ruleChanges.length > 0) {
      sources = changedSources(sources, ruleChanges);
      rules = this.#compile(sources);
    }
    for (const step of steps) step();
    this.#sources = sources;
    this.#state = { ...this.#state, rules };
    this.#version = version;
  }

  findCredential(type: CredentialType, lookup: string): CredentialIndex {
    return this.#state.credentials.find(type, lookup);
  }

  credentialAt(index: CredentialIndex): ReturnType<Policy['credentialAt']> {
    const { credentials, people } = this.#state;
    const person = credentials.person(index);
    if (person < 0) throw new AccessError('INTERNAL', `No credential has the index ${index}`);
    return {
      id: credentials.id(index),
      person: people.identity(person).id,
      token: credentials.token(index),
      duress: credentials.duress(index),
      ...optional('host', credentials.host(index)),
    };
  }

  pinsOf(person: string): readonly string[] {
    const { credentials, people } = this.#state;
    const slot = people.slotOf(person);
    const pins: string[] = [];
    for (let index = credentials.first(slot); index >= 0; index = credentials.next(index)) {
      if (credentials.type(index) === 'pin' && credentials.active(index)) {
        pins.push(credentials.id(index));
      }
    }
    return pins;
  }

  get release(): Policy['release'] {
    return this.#state.release;
  }

  oneOffPassOf(tag: string): string | undefined {
    return this.#state.credentials.oneOffPass(tag);
  }

  audience(accessPoint: string): ReturnType<Policy['audience']> {
    const { accessPoints, permissions } = this.#state.rules;
    const point = accessPoints.get(accessPoint);
    if (point === undefined) return undefined;
    const groups = new Set<string>();
    const persons = new Set<string>();
    for (const subject of permissions.subjectsAt(point.number)) {
      if ('everyone' in subject) return {};
      if ('person' in subject) persons.add(subject.person);
      else groups.add(subject.group);
    }
    for (const { id, breakGlass } of this.#sources.group.values()) {
      if (breakGlass === true) groups.add(id);
    }
    return { groups: [...groups], persons: [...persons] };
  }

  hasPerson(id: string): boolean {
    return this.#state.people.slotOf(id) >= 0;
  }

  nameOf(person: string): string | undefined {
    const { people } = this.#state;
    const slot = people.slotOf(person);
    return slot < 0 ? undefined : people.identity(slot).name;
  }

  isExempt(person: string): boolean {
    const { people } = this.#state;
    const slot = people.slotOf(person);
    return slot >= 0 && people.exempt(slot);
  }

  get zones(): ZoneTree {
    return this.#state.rules.zones;
  }

  get timeZone(): Zone {
    return this.#zone;
  }

  evaluate(input: EvaluateInput): Verdict {
    return evaluate(this.#state, input);
  }

  activeLevel(accessPoint: string, now: number): ReturnType<Policy['activeLevel']> {
    const point = this.#state.rules.accessPoints.get(accessPoint);
    if (point === undefined) return undefined;
    const instant = clampInstant(now);
    return {
      level: levelAt(point.levels, instant).model,
      factorTimeout: point.point.factorTimeout,
      until: nextLevelChange(point.levels, instant, instant + HORIZON),
    };
  }

  scheduleState(
    schedule: string,
    now: number,
    clockTrusted: boolean,
  ): ReturnType<Policy['scheduleState']> {
    const found = this.#state.rules.scheduleOf(schedule);
    if (found === undefined) return undefined;
    const { instant, trusted } = momentAt(this.#zone, now, clockTrusted);
    const until = found.nextFlip(instant, instant + HORIZON);
    return { open: found.isOpen(instant) && (trusted || !found.limited), until };
  }

  explain(
    query: Required<ExplainQuery>,
    clockTrusted: boolean,
    obstacles?: Obstacles,
  ): Explanation {
    return explain(this.#state, query, clockTrusted, obstacles);
  }

  #compile(sources: RuleSources): Rules {
    return compileRules(this.#config, this.#zone, sources, this.#groups.of);
  }
}

function openBook({ firms, deals, overrides }: PolicyRows): ReleaseBook {
  const book = new ReleaseBook();
  for (const firm of firms) book.putFirm(firm);
  for (const deal of deals) book.putDeal(deal);
  for (const override of overrides) book.putOverride(override);
  return book;
}

function byId<T extends { id: string }>(rows: Iterable<T>): Map<string, T> {
  const map = new Map<string, T>();
  for (const row of rows) map.set(row.id, row);
  return map;
}
