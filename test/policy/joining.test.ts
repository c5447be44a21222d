import assert from 'node:assert/strict';
import type { SecurityLevel } from '../../lib/model/access-point.ts';
import type { CredentialType } from '../../lib/model/credential.ts';
import { joining } from '../../lib/policy/joining.ts';

const CARD: SecurityLevel = { anyOf: [['card']] };
const CARD_AND_PIN: SecurityLevel = { anyOf: [['card', 'pin']] };
const CARD_AND_PIN_OR_FACE: SecurityLevel = { anyOf: [['card', 'pin'], ['face']] };
const TWO: SecurityLevel = { anyOf: [['card']], persons: 2 };
const TWO_WITH_PIN: SecurityLevel = { anyOf: [['card', 'pin']], persons: 2 };

const CASES: [string, SecurityLevel, CredentialType[], string, CredentialType[]][] = [
  ['a card where a card is enough', CARD, ['card'], 'complete', []],
  ['a face where only cards are taken', CARD, ['face'], 'complete', []],
  ['a card that needs a PIN', CARD_AND_PIN, ['card'], 'factor', ['pin']],
  ['a PIN before the card', CARD_AND_PIN, ['pin'], 'factor', ['card']],
  ['card and PIN', CARD_AND_PIN, ['card', 'pin'], 'complete', []],
  ['a face instead of card and PIN', CARD_AND_PIN_OR_FACE, ['face'], 'complete', []],
  ['a card that leaves only card and PIN', CARD_AND_PIN_OR_FACE, ['card'], 'factor', ['pin']],
  ['a face after the card', CARD_AND_PIN_OR_FACE, ['card', 'face'], 'complete', []],
  ['the first of two persons', TWO, ['card'], 'person', ['card']],
  ['both persons', TWO, ['card', 'card'], 'complete', []],
  ['the card of the first of two', TWO_WITH_PIN, ['card'], 'factor', ['pin']],
  ['the first of two complete', TWO_WITH_PIN, ['card', 'pin'], 'person', ['card', 'pin']],
  ['the second card', TWO_WITH_PIN, ['card', 'pin', 'card'], 'person', ['pin']],
  ['both with PIN', TWO_WITH_PIN, ['card', 'pin', 'card', 'pin'], 'complete', []],
];

describe('joining of factors', () => {
  for (const [name, level, presented, expected, types] of CASES) {
    it(`${name}: ${expected}`, () => {
      const result = joining(level, presented);
      if (result.state === 'complete') {
        assert.equal(expected, 'complete');
      } else {
        assert.equal(result.for, expected);
        assert.deepEqual(result.types, types);
      }
    });
  }
});
