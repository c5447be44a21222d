import assert from 'node:assert/strict';
import { Settings } from '../../lib/runtime/settings.ts';

const read = <T>(value: unknown, how: (settings: Settings) => T): T =>
  how(new Settings({ field: value }));
const RANGE = { min: 1, max: 10 };

describe('settings of a node', () => {
  const GOOD: [string, unknown, (settings: Settings) => unknown, unknown][] = [
    ['a text', 'door', (settings) => settings.text('field'), 'door'],
    ['a number as text', 7, (settings) => settings.text('field'), '7'],
    ['an empty text', '', (settings) => settings.text('field', 'else'), 'else'],
    ['no optional text', undefined, (settings) => settings.optionalText('field'), undefined],
    ['a number', 10, (settings) => settings.number('field', RANGE), 10],
    ['a number from the environment', '1', (settings) => settings.number('field', RANGE), 1],
    ['no number', '', (settings) => settings.number('field', { ...RANGE, fallback: 3 }), 3],
    ['a switch', false, (settings) => settings.flag('field', true), false],
    ['a switch from the environment', 'true', (settings) => settings.flag('field', false), true],
    ['no switch', '', (settings) => settings.flag('field', true), true],
    ['a choice', 'in', (settings) => settings.choice('field', ['in', 'out']), 'in'],
    ['no choice', undefined, (settings) => settings.choice('field', ['in', 'out'], 'out'), 'out'],
    ['choices', ['out'], (settings) => settings.choices('field', ['in', 'out'], []), ['out']],
    ['no choices', '', (settings) => settings.choices('field', ['in', 'out'], ['in']), ['in']],
    ['JSON', '{"a":1}', (settings) => settings.json('field', null), { a: 1 }],
    ['an object', { a: 1 }, (settings) => settings.json('field', null), { a: 1 }],
    ['no JSON', '', (settings) => settings.json('field', []), []],
  ];
  for (const [name, value, how, expected] of GOOD) {
    it(`take ${name}`, () => {
      assert.deepEqual(read(value, how), expected);
    });
  }

  const BAD: [string, unknown, (settings: Settings) => unknown][] = [
    ['a missing text', undefined, (settings) => settings.text('field')],
    ['a text that is an object', {}, (settings) => settings.text('field')],
    ['a missing number', null, (settings) => settings.number('field', RANGE)],
    ['a number that is none', '7 doors', (settings) => settings.number('field', RANGE)],
    ['infinity', 'Infinity', (settings) => settings.number('field', RANGE)],
    ['a number too small', 0.9, (settings) => settings.number('field', RANGE)],
    ['a number too large', 11, (settings) => settings.number('field', RANGE)],
    ['a switch that is neither', 'yes', (settings) => settings.flag('field', true)],
    ['an unknown choice', 'up', (settings) => settings.choice('field', ['in', 'out'])],
    ['choices that are no list', 'in', (settings) => settings.choices('field', ['in'], [])],
    ['choices with an unknown one', ['up'], (settings) => settings.choices('field', ['in'], [])],
    ['broken JSON', '{a:1}', (settings) => settings.json('field', null)],
  ];
  for (const [name, value, how] of BAD) {
    it(`refuse ${name}, naming the field`, () => {
      assert.throws(() => read(value, how), { code: 'CONFIG_INVALID', message: /^field / });
    });
  }
});
