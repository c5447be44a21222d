import assert from 'node:assert/strict';
import { stateOf } from '../../lib/runtime/site-host.ts';

describe('state of a site', () => {
  const CASES: [string, Parameters<typeof stateOf>[0], ReturnType<typeof stateOf>][] = [
    ['sound', { probeAge: 10_000, clock: 'trusted', state: 'ok' }, 'up'],
    ['not deciding', { probeAge: 10_001, clock: 'untrusted', state: 'degraded' }, 'down'],
    ['without time', { probeAge: 0, clock: 'untrusted', state: 'degraded' }, 'clockUntrusted'],
    ['with problems', { probeAge: 0, clock: 'trusted', state: 'degraded' }, 'degraded'],
  ];
  for (const [name, health, state] of CASES) {
    it(`is ${state} with an engine that is ${name}`, () => {
      assert.equal(stateOf(health), state);
    });
  }
});
