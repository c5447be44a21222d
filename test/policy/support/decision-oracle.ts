import type { AccessPoint, SecurityLevel } from '../../../lib/model/access-point.ts';
import type { CredentialType } from '../../../lib/model/credential.ts';
import type { Permission } from '../../../lib/model/permission.ts';
import type { Deal, DealMark } from '../../../lib/model/release.ts';
import { REASONS, type Reason } from '../../../lib/model/reasons.ts';
import type { PolicyCredential, PolicyPerson } from '../../../lib/policy/policy.ts';
import type { TestSite } from './site.ts';
import type { TemporalOracle } from './temporal-oracle.ts';

/** Something presented, before it is looked up. */
export interface Item {
  type: CredentialType;
  lookup: string;
  problem?: Reason;
  pin?: 'right' | 'duress' | 'wrong';
  lockedOut?: boolean;
}

export interface Attempt {
  accessPoint: string;
  items: Item[];
  requestToExit: boolean;
  now: number;
  clockTrusted: boolean;
  keypadLockedOut: boolean;
}

export interface Answer {
  outcome: string;
  reasons: Reason[];
  person: string | undefined;
  secondPerson: string | undefined;
  permission: string | undefined;
  duress: boolean;
  breakGlass: boolean;
}

/** What lets a break-glass member pass all the same. */
const OVERRULED = new Set<Reason>([
  'unknownCredential',
  'accessPointDisabled',
  'clockUntrusted',
  'wrongMode',
  'denyRule',
  'noRight',
  'notPermittedNow',
  'exitBlocked',
  'wrongPin',
  'wrongSecondIdentifier',
  'secondFactorTimeout',
  'secondPersonRequired',
]);

type Period = Pick<PolicyPerson, 'validFrom' | 'validTo'>;

/**
 * The rules of a decision once more, written from the rules and not from the code: each reason is a
 * question of its own, asked over plain lists. Slow, and shares nothing with lib/policy.
 */
export class DecisionOracle {
  readonly #site: TestSite;
  readonly #time: TemporalOracle;
  readonly #open = new Map<string, boolean>();

  constructor(site: TestSite, time: TemporalOracle) {
    this.#site = site;
    this.#time = time;
  }

  decide(attempt: Attempt): Answer {
    const given = new Case(this.#site, this.#time, this.#open, attempt);
    const reasons = REASONS.filter((reason) => given.applies(reason));
    const recognised = given.recognised.map(({ id }) => id);
    const members = given.recognised.filter((person) => given.isBreakGlass(person));
    const rescued = reasons.length > 0 && reasons.every((reason) => OVERRULED.has(reason));
    const common = { person: recognised[0], secondPerson: undefined, permission: undefined };
    const duress = given.isDuress();
    if (rescued && members[0] !== undefined) {
      return {
        ...common,
        outcome: 'granted',
        reasons: [],
        person: members[0].id,
        duress,
        breakGlass: true,
      };
    }
    const secondPerson = given.level?.persons === 2 ? recognised[1] : undefined;
    if (reasons.length === 0) {
      const permission = given.grantingPermission();
      return {
        ...common,
        outcome: 'granted',
        reasons,
        secondPerson,
        permission,
        duress,
        breakGlass: false,
      };
    }
    const unknown = reasons.join() === 'unknownCredential' && recognised.length === 0;
    const outcome = unknown ? 'unknown' : 'denied';
    return { ...common, outcome, reasons, secondPerson, duress, breakGlass: false };
  }
}

class Case {
  readonly point: AccessPoint | undefined;
  /** The level in force; undefined if there is no access point or its level depends on a bad clock. */
  readonly level: SecurityLevel | undefined;
  /** The holders of what was presented, each once, in the order in which they came. */
  readonly recognised: PolicyPerson[];
  readonly #site: TestSite;
  readonly #time: TemporalOracle;
  readonly #open: Map<string, boolean>;
  readonly #attempt: Attempt;

  constructor(site: TestSite, time: TemporalOracle, open: Map<string, boolean>, attempt: Attempt) {
    this.#site = site;
    this.#time = time;
    this.#open = open;
    this.#attempt = attempt;
    this.point = site.config.accessPoints.find(({ id }) => id === attempt.accessPoint);
    this.level = this.#levelInForce();
    const owners = attempt.items.map((item) => this.#ownerOf(item));
    this.recognised = [...new Set(owners)].filter((owner) => owner !== undefined);
  }

  /** Whether a reason speaks against the attempt. */
  applies(reason: Reason): boolean {
    const { items, requestToExit } = this.#attempt;
    if (items.some(({ problem }) => problem === reason)) return true;
    if (items.length === 0) return this.#appliesToNobody(reason, requestToExit);
    switch (reason) {
      case 'unknownCredential':
        return (
          this.#strangers().length > 0 ||
          (this.recognised.length === 0 && this.#loosePins().length > 0)
        );
      case 'unknownAccessPoint':
        return this.point === undefined;
      case 'accessPointDisabled':
        return this.point?.enabled === false;
      case 'keypadLockedOut':
        return this.#attempt.keypadLockedOut && items.some(({ type }) => type === 'pin');
      case 'personDisabled':
        return this.#judged().some(({ disabled }) => disabled);
      case 'credentialDisabled':
        return this.#credentials().some(({ status }) => status !== 'active');
      case 'credentialLockedOut':
        return items.some(({ lockedOut }) => lockedOut === true);
      case 'clockUntrusted':
        return !this.#attempt.clockTrusted && this.#needsClock();
      case 'notYetValid':
        return this.#attempt.clockTrusted && this.#periods().some((period) => !this.#begun(period));
      case 'expired':
        return this.#periods().some((period) => this.#ended(period));
      case 'wrongMode':
        return this.#presentations().some((types) => this.#isWrongMode(types));
      case 'denyRule':
        return this.#judged().some((person) => this.#inForce(person, 'deny').length > 0);
      case 'noRight':
        return this.#judged().some(
          (person) => this.point && this.#covering(person, 'allow').length === 0,
        );
      case 'notPermittedNow':
        return (
          this.#attempt.clockTrusted && this.#judged().some((person) => this.#isNotNow(person))
        );
      case 'exitBlocked':
        return this.#judged().some((person) => this.#hasGoods(person));
      case 'wrongPin':
        return this.#isPinWrong();
      case 'wrongSecondIdentifier':
        return this.#isMixed();
      case 'secondFactorTimeout':
        return this.#presentations().some((types) => this.#isIncomplete(types));
      case 'secondPersonRequired':
        return this.#lacksSecondPerson();
      default:
        return false;
    }
  }

  isBreakGlass({ groups }: PolicyPerson): boolean {
    return this.#site.groups.some(
      ({ id, breakGlass }) => breakGlass === true && groups.includes(id),
    );
  }

  isDuress(): boolean {
    return this.#attempt.items.some((item) => {
      if (this.#ownerOf(item) === undefined || item.pin === 'wrong') return false;
      return item.pin === 'duress' || this.#found(item)?.duress === true;
    });
  }

  grantingPermission(): string | undefined {
    const [first] = this.recognised;
    const ids = first === undefined ? [] : this.#inForce(first, 'allow').map(({ id }) => id);
    return ids.sort().at(-1);
  }

  #appliesToNobody(reason: Reason, requestToExit: boolean): boolean {
    if (reason === 'malformed') return !requestToExit;
    if (reason === 'unknownAccessPoint') return this.point === undefined;
    if (reason === 'accessPointDisabled') return this.point?.enabled === false;
    return reason === 'noRight' && requestToExit && this.point?.requestToExit === false;
  }

  #levelInForce(): SecurityLevel | undefined {
    if (this.point === undefined) return undefined;
    const { levels } = this.point;
    if (!this.#attempt.clockTrusted) {
      const [first] = levels;
      if (first !== undefined && !this.#exists(first.schedule)) return { anyOf: [] };
      return first !== undefined && this.#isUnlimited(first.schedule) ? first.level : undefined;
    }
    for (const { schedule, level } of levels) {
      if (!this.#exists(schedule)) return { anyOf: [] };
      if (this.#isOpen(schedule)) return level;
    }
    return { anyOf: [] };
  }

  /** A PIN that several people have leads to the active one, if just one is. */
  #found({ type, lookup }: Item): PolicyCredential | undefined {
    const all = this.#site.credentials.filter((one) => one.type === type && one.lookup === lookup);
    const active = all.filter(({ status }) => status === 'active');
    if (all.length > 1 && active.length > 1) return undefined;
    return active[0] ?? all.sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  }

  #ownerOf(item: Item): PolicyPerson | undefined {
    const holder = item.pin === 'wrong' ? undefined : this.#found(item)?.person;
    const id = holder ?? (item.pin === undefined ? undefined : this.#companionOf(item));
    return this.#site.persons.find((person) => person.id === id);
  }

  /** The person recognised last before a PIN, else the first one after it. */
  #companionOf(pin: Item): string | undefined {
    const { items } = this.#attempt;
    const at = items.indexOf(pin);
    const holders = (some: Item[]): string[] =>
      some
        .filter((item) => item.pin === undefined)
        .map((item) => this.#found(item)?.person)
        .filter((id) => id !== undefined);
    return holders(items.slice(0, at)).at(-1) ?? holders(items.slice(at + 1))[0];
  }

  #strangers(): Item[] {
    return this.#ownerless().filter(({ type }) => type !== 'pin');
  }

  #loosePins(): Item[] {
    return this.#ownerless().filter(({ type }) => type === 'pin');
  }

  #ownerless(): Item[] {
    const { items } = this.#attempt;
    return items.filter((item) => item.problem === undefined && this.#ownerOf(item) === undefined);
  }

  /** Whose rights count: one person, or everybody under the two-person rule. */
  #judged(): PolicyPerson[] {
    return this.level?.persons === 2 ? this.recognised : this.recognised.slice(0, 1);
  }

  /** The credentials that have to count for the attempt. */
  #credentials(): PolicyCredential[] {
    return this.#attempt.items.flatMap((item) => {
      const owner = this.#ownerOf(item);
      if (owner === undefined || item.pin === 'wrong') return [];
      const found = this.#found(item);
      if (found !== undefined) return [found];
      const pins = this.#pinsLike(item, owner);
      return pins.some((pin) => this.#isUsable(pin)) ? [] : pins;
    });
  }

  #pinsLike(item: Item, owner: PolicyPerson): PolicyCredential[] {
    const duress = item.pin === 'duress';
    return this.#site.credentials.filter(
      (one) => one.person === owner.id && one.type === 'pin' && one.duress === duress,
    );
  }

  #isUsable(credential: PolicyCredential): boolean {
    const limited = credential.validFrom !== undefined || credential.validTo !== undefined;
    if (credential.status !== 'active') return false;
    if (!this.#attempt.clockTrusted) return !limited;
    return this.#begun(credential) && !this.#ended(credential);
  }

  #periods(): Period[] {
    return [...this.#judged(), ...this.#credentials()];
  }

  #begun({ validFrom }: Period): boolean {
    return this.#time.hasBegun(validFrom, this.#attempt.now);
  }

  #ended({ validTo }: Period): boolean {
    return this.#time.hasEnded(validTo, this.#attempt.now);
  }

  #needsClock(): boolean {
    const limited = this.#periods().some(
      ({ validFrom, validTo }) => validFrom !== undefined || validTo !== undefined,
    );
    if (this.point === undefined || limited) return limited;
    if (this.level === undefined || this.#site.config.site.untrustedClock === 'deny') return true;
    return this.#judged().some((person) => {
      const allows = this.#covering(person, 'allow');
      const denies = this.#covering(person, 'deny');
      const allowed = allows.length === 0 || this.#inForce(person, 'allow').length > 0;
      const denied = denies.length > 0 && this.#inForce(person, 'deny').length === 0;
      return !allowed || denied;
    });
  }

  #covering({ id, groups }: PolicyPerson, effect: 'allow' | 'deny'): Permission[] {
    const { point } = this;
    if (point === undefined) return [];
    return this.#site.permissions.filter((permission) => {
      const { subject, target } = permission;
      const own = 'person' in subject && subject.person === id;
      const group = 'group' in subject ? subject.group : undefined;
      const member =
        this.#site.groups.some((one) => one.id === group) && groups.includes(group ?? '');
      const here =
        'everywhere' in target ||
        ('zone' in target ? target.zone === point.zoneTo : target.accessPoint === point.id);
      return (
        (permission.effect ?? 'allow') === effect &&
        (own || member || 'everyone' in subject) &&
        here
      );
    });
  }

  /** A schedule that does not exist never allows and always denies. */
  #inForce(person: PolicyPerson, effect: 'allow' | 'deny'): Permission[] {
    return this.#covering(person, effect).filter((permission) => {
      const { validFrom, validTo } = permission;
      const schedule =
        this.#exists(permission.schedule) || effect === 'allow' ? permission.schedule : 'always';
      if (!this.#attempt.clockTrusted) {
        return validFrom === undefined && validTo === undefined && this.#isUnlimited(schedule);
      }
      return this.#begun(permission) && !this.#ended(permission) && this.#isOpen(schedule);
    });
  }

  #isNotNow(person: PolicyPerson): boolean {
    return (
      this.#covering(person, 'allow').length > 0 && this.#inForce(person, 'allow').length === 0
    );
  }

  /** At an exit for goods: a deal that is neither cleared nor overridden. */
  #hasGoods({ id }: PolicyPerson): boolean {
    const { now, clockTrusted } = this.#attempt;
    if (this.point?.release !== 'required' || this.point.direction !== 'out') return false;
    return this.#site.deals.some((deal) => {
      if (deal.person !== id || this.#isCleared(deal)) return false;
      return !this.#site.overrides.some(
        ({ person, firm = deal.firm, at, expires }) =>
          clockTrusted && person === id && firm === deal.firm && at <= now && now < expires,
      );
    });
  }

  #isCleared({ firm, role, marks, openedAt }: Deal): boolean {
    const { now, clockTrusted } = this.#attempt;
    const own = this.#site.firms.find(({ id }) => id === firm)?.release?.[role];
    const base: DealMark[] =
      role === 'buyer' ? ['goods', 'documents', 'payment'] : ['goods', 'documents'];
    const { all, minutes } = own ?? { all: base.map((mark) => [mark]), minutes: undefined };
    if (!all.every((group) => group.some((mark) => marks[mark] !== undefined))) return false;
    if (minutes === undefined) return true;
    const newest = Math.max(openedAt, ...all.flat().map((mark) => marks[mark] ?? 0));
    return clockTrusted && now < newest + minutes * 60_000;
  }

  /** The types that one person presents; under the two-person rule each person for themselves. */
  #presentations(): CredentialType[][] {
    const { items } = this.#attempt;
    if (this.level?.persons !== 2 || this.recognised.length === 0)
      return [items.map(({ type }) => type)];
    return this.recognised.map((person) =>
      items.filter((item) => this.#ownerOf(item) === person).map(({ type }) => type),
    );
  }

  #readable(types: CredentialType[]): CredentialType[] {
    return types.filter((type) => this.point?.supports.includes(type));
  }

  #isSatisfied(types: CredentialType[]): boolean {
    const readable = this.#readable(types);
    return (
      this.level?.anyOf.some((group) => group.every((type) => readable.includes(type))) !== false
    );
  }

  #accepted(types: CredentialType[]): CredentialType[] {
    return this.#readable(types).filter((type) => this.level?.anyOf.flat().includes(type));
  }

  #isWrongMode(types: CredentialType[]): boolean {
    return !this.#isSatisfied(types) && this.#accepted(types).length < types.length;
  }

  #isIncomplete(types: CredentialType[]): boolean {
    return !this.#isSatisfied(types) && this.#accepted(types).length > 0;
  }

  #isPinWrong(): boolean {
    const { items, keypadLockedOut } = this.#attempt;
    const locked = keypadLockedOut || items.some(({ lockedOut }) => lockedOut === true);
    const uncompared = this.recognised.length > 0 && this.#loosePins().length > 0 && !locked;
    return uncompared || items.some((item) => this.#isWrongComparison(item));
  }

  #isWrongComparison(item: Item): boolean {
    const owner = this.#ownerOf(item);
    if (owner === undefined || item.pin === undefined) return false;
    if (item.pin === 'wrong') return true;
    return this.#found(item) === undefined && this.#pinsLike(item, owner).length === 0;
  }

  #isMixed(): boolean {
    if (this.level === undefined || this.level.persons === 2 || this.recognised.length === 0)
      return false;
    return this.recognised.length > 1 || this.#strangers().length > 0;
  }

  #lacksSecondPerson(): boolean {
    if (this.level?.persons !== 2) return false;
    if (this.recognised.length === 0) return this.#attempt.items.length < 2;
    return this.recognised.filter((person) => this.#wouldPassAlone(person)).length < 2;
  }

  /** Asks again about one of several people, at a door that is in order and needs only one. */
  #wouldPassAlone(person: PolicyPerson): boolean {
    const { config } = this.#site;
    const accessPoints = config.accessPoints.map((point) => ({
      ...point,
      enabled: true,
      levels: point.levels.map(({ level, ...rest }) => ({
        ...rest,
        level: { anyOf: level.anyOf },
      })),
    }));
    const site = { ...config.site, untrustedClock: 'alwaysOnly' as const };
    const items = this.#attempt.items.filter((item) => this.#ownerOf(item) === person);
    const alone = new Case(
      { ...this.#site, config: { site, accessPoints } },
      this.#time,
      this.#open,
      { ...this.#attempt, items },
    );
    return !REASONS.some((reason) => alone.applies(reason));
  }

  #exists(schedule: string | undefined): boolean {
    return this.#isAlways(schedule) || this.#site.schedules.some(({ id }) => id === schedule);
  }

  #isAlways(schedule: string | undefined): boolean {
    return schedule === undefined || schedule === 'always';
  }

  #isUnlimited(schedule: string | undefined): boolean {
    const model = this.#site.schedules.find(({ id }) => id === schedule);
    const plain = model?.rule.kind === 'always' && (model.holidays ?? []).length === 0;
    return this.#isAlways(schedule) || plain;
  }

  #isOpen(schedule: string | undefined): boolean {
    const model = this.#site.schedules.find(({ id }) => id === schedule);
    if (this.#isAlways(schedule) || model === undefined) return this.#isAlways(schedule);
    const key = `${model.id} ${this.#attempt.now}`;
    const known = this.#open.get(key);
    const open = known ?? this.#time.isOpen(model, this.#site.holidayGroups, this.#attempt.now);
    this.#open.set(key, open);
    return open;
  }
}
