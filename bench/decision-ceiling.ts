import { ALWAYS_OPEN, compileSchedule } from '../lib/policy/schedule.ts';
import { Zone } from '../lib/policy/zone.ts';
import { FORTNIGHT, SIZE, START, type Site } from './decision-site.ts';

/**
 * The least that can answer the same question: one hash map from the credential, arrays and bitmaps for
 * the rest, one yes or no. No reasons, no factors, no levels, no break-glass, no change after loading. Of
 * the schedules it knows the fortnight of this bench alone.
 */
export type Ceiling = (lookup: string, accessPoint: number, now: number) => boolean;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTES = FORTNIGHT / 60_000;
const PER_GROUP = SIZE.permissions / SIZE.groups;

export function buildCeiling(site: Site): Ceiling {
  const byLookup = new Map(site.credentials.map(({ lookup }, index) => [lookup, index]));
  const numbers = new Map(site.persons.map(({ id }, index) => [id, index]));
  const holder = Int32Array.from(site.credentials, ({ person }) => numbers.get(person) ?? -1);
  const usable = Uint8Array.from(site.credentials, ({ status }) => (status === 'active' ? 1 : 0));
  const enabled = Uint8Array.from(site.persons, ({ disabled }) => (disabled ? 0 : 1));
  const end = Float64Array.from(site.credentials, ({ validTo }) => endOf(validTo));
  const holderEnd = Float64Array.from(site.persons, ({ validTo }) => endOf(validTo));
  const groups = groupTable(site);
  const allows = ruleTable(site);
  const toLocal = offsetTable(site.config.site.zone);
  return (lookup, accessPoint, now) => {
    const credential = byLookup.get(lookup);
    if (credential === undefined) return false;
    const person = holder[credential] ?? 0;
    if (usable[credential] === 0 || enabled[person] === 0) return false;
    if (now >= (end[credential] ?? 0) || now >= (holderEnd[person] ?? 0)) return false;
    const local = toLocal(now);
    for (let at = groups.start[person] ?? 0; at < (groups.start[person + 1] ?? 0); at++) {
      if (allows(groups.list[at] ?? 0, accessPoint, local)) return true;
    }
    return false;
  };
}

function endOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  return text.length === 10
    ? Date.parse(`${text}T00:00Z`) + DAY - HOUR
    : Date.parse(`${text}Z`) - HOUR;
}

function groupTable(site: Site): { start: Int32Array; list: Uint16Array } {
  const start = new Int32Array(SIZE.persons + 1);
  const list: number[] = [];
  for (const [index, person] of site.persons.entries()) {
    start[index] = list.length;
    list.push(...person.groups.map((group) => Number(group.slice('group-'.length))));
  }
  start[SIZE.persons] = list.length;
  return { start, list: Uint16Array.from(list) };
}

/** The permissions of a group one after the other: doors as bits, the schedule as its number. */
function ruleTable(site: Site): (group: number, door: number, local: number) => boolean {
  const doors = new Uint32Array(SIZE.permissions * 2);
  const schedules = new Uint8Array(SIZE.permissions);
  for (const [index, permission] of site.permissions.entries()) {
    const row = (index % SIZE.groups) * PER_GROUP + Math.floor(index / SIZE.groups);
    const number = site.schedules.findIndex(({ id }) => id === permission.schedule);
    schedules[row] = number < 0 ? SIZE.schedules : number;
    for (const [door, { id, zoneTo }] of site.config.accessPoints.entries()) {
      const { target } = permission;
      const word = row * 2 + (door >> 5);
      const hit =
        'everywhere' in target ||
        ('zone' in target ? target.zone === zoneTo : target.accessPoint === id);
      if (hit) doors[word] = (doors[word] ?? 0) | (1 << (door & 31));
    }
  }
  const minutes = minuteTable(site);
  return (group, door, local) => {
    const minute = Math.floor((local - HOUR - START) / 60_000);
    for (let row = group * PER_GROUP; row < (group + 1) * PER_GROUP; row++) {
      if (((doors[row * 2 + (door >> 5)] ?? 0) & (1 << (door & 31))) === 0) continue;
      const bit = (schedules[row] ?? 0) * MINUTES + minute;
      if (((minutes[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0) return true;
    }
    return false;
  };
}

/** The changes of the zone from 1970 to 2036, searched by halves. */
function offsetTable(name: string): (now: number) => number {
  const zone = new Zone(name);
  const starts: number[] = [];
  const offsets: number[] = [];
  for (let at = 0; at < Date.UTC(2037, 0); at = zone.segmentAt(at).until) {
    starts.push(at);
    offsets.push(zone.segmentAt(at).offset);
  }
  const from = Float64Array.from(starts);
  const offset = Float64Array.from(offsets);
  return (now) => {
    let low = 0;
    let high = from.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((from[middle] ?? 0) <= now) low = middle;
      else high = middle;
    }
    return now + (offset[low] ?? 0);
  };
}

/** One bit for each schedule and minute of the fortnight; after the last schedule the one that is always open. */
function minuteTable(site: Site): Uint8Array {
  const zone = new Zone(site.config.site.zone);
  const holidays = new Map(site.holidayGroups.map((group) => [group.id, group]));
  const bits = new Uint8Array(((SIZE.schedules + 1) * MINUTES) / 8);
  for (let index = 0; index <= SIZE.schedules; index++) {
    const model = site.schedules[index];
    const schedule = model === undefined ? ALWAYS_OPEN : compileSchedule(model, holidays, zone);
    for (let minute = 0; minute < MINUTES; minute++) {
      const bit = index * MINUTES + minute;
      const open = schedule?.isOpen(START + minute * 60_000) === true;
      if (open) bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return bits;
}
