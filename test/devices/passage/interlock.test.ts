import assert from 'node:assert/strict';
import { InterlockGroup } from '../../../lib/devices/passage/interlock.ts';

/** A group with doors that write down what they are told. */
function groupOf(doors: readonly string[], maxOpen = 1): { group: InterlockGroup; told: string[] } {
  const group = new InterlockGroup();
  const told: string[] = [];
  for (const id of doors) {
    group.join({
      id,
      maxOpen,
      onFree: (free) => told.push(`${id} ${free ? 'free' : 'shut'}`),
      onOccupied: (occupied) => told.push(`${id} ${occupied ? 'occupied' : 'empty'}`),
    });
  }
  return { group, told };
}

const freeDoors = (group: InterlockGroup, doors: readonly string[]): string[] =>
  doors.filter((door) => group.isFree(door));

describe('an interlock group', () => {
  const DOORS = ['a', 'b', 'c'];

  it('lets nobody open while the contacts of the others are unknown', () => {
    const { group } = groupOf(DOORS);
    assert.deepEqual(freeDoors(group, DOORS), []);
    group.report('a', true);
    group.report('b', true);
    assert.deepEqual(freeDoors(group, DOORS), ['c']);
    group.report('c', true);
    assert.deepEqual(freeDoors(group, DOORS), DOORS);
  });

  it('lets only the open door stay free, and tells the others', () => {
    const { group, told } = groupOf(DOORS);
    for (const door of DOORS) group.report(door, true);
    told.length = 0;
    group.report('b', false);
    assert.deepEqual(told, ['a shut', 'c shut']);
    group.report('b', true);
    assert.deepEqual(told, ['a shut', 'c shut', 'a free', 'c free']);
  });

  it('lets as many open as the strictest member allows', () => {
    const { group } = groupOf(DOORS, 2);
    for (const door of DOORS) group.report(door, true);
    group.report('a', false);
    assert.deepEqual(freeDoors(group, DOORS), DOORS);
    group.report('b', false);
    assert.deepEqual(freeDoors(group, DOORS), ['a', 'b']);
    group.join({ id: 'd', maxOpen: 1, onFree: () => undefined, onOccupied: () => undefined });
    assert.deepEqual(freeDoors(group, [...DOORS, 'd']), []);
  });

  it('lets only one of two open that have waited for the same moment', () => {
    const group = new InterlockGroup();
    const opened: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      group.join({
        id,
        maxOpen: 1,
        onFree(free) {
          if (!free) return;
          opened.push(id);
          group.report(id, false);
        },
        onOccupied: () => undefined,
      });
    }
    for (const id of ['b', 'c']) group.report(id, true);
    assert.deepEqual(opened, ['a']);
    group.report('a', true);
    assert.deepEqual(opened, ['a', 'b']);
  });

  it('counts a door that is being redeployed as open, and forgets one that is gone', () => {
    const { group } = groupOf(['a', 'b']);
    group.report('a', true);
    group.report('b', true);
    group.abandon('a');
    assert.equal(group.isFree('b'), false);
    group.remove('a');
    assert.equal(group.isFree('b'), true);
  });

  it('knows through which door the airlock was entered, and when it was left', () => {
    const { group, told } = groupOf(['a', 'b']);
    told.length = 0;
    group.passed('a', 'in');
    group.passed('a', 'in');
    group.passed('b', 'in');
    assert.deepEqual(told, ['a occupied', 'a occupied', 'a empty']);
    told.length = 0;
    group.passed('b', 'out');
    group.passed('b', 'in');
    assert.deepEqual(told, ['b occupied', 'b empty'], 'turned back');
  });
});
