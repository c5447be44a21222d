import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ActiveLevel, Engine } from '../../lib/engine/engine.ts';
import type { AccessPoint, SecurityLevel } from '../../lib/model/access-point.ts';
import type { Attempt, PresentedCredential } from '../../lib/model/attempt.ts';
import type { CredentialType } from '../../lib/model/credential.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { FactorJoin, type JoinSink } from '../../lib/runtime/factor-join.ts';

const ACCESS_POINT: AccessPoint = {
  id: 'door',
  name: 'Door',
  direction: 'in',
  enabled: true,
  supports: ['card', 'pin'],
  levels: [{ level: { anyOf: [['card', 'pin']] } }],
  factorTimeout: 10_000,
  grantLife: 5000,
  requestToExit: false,
  grantedCountsAsPassed: false,
};

const CARD_AND_PIN: SecurityLevel = { anyOf: [['card', 'pin']] };
const TWO_CARDS: SecurityLevel = { anyOf: [['card']], persons: 2 };

class Sink implements JoinSink {
  readonly attempts: Attempt[] = [];
  readonly waits: string[] = [];

  complete(attempt: Attempt): void {
    this.attempts.push(attempt);
  }

  waiting(what: { for: string; types: CredentialType[] }): void {
    this.waits.push(`${what.for}:${what.types.join('+')}`);
  }
}

function fakeEngine(level: SecurityLevel | undefined): {
  engine: Engine;
  asked: () => number;
  policyChanged: () => void;
} {
  let asked = 0;
  let listener: (() => void) | undefined;
  const engine = {
    activeLevel: (): Promise<ActiveLevel> => {
      asked += 1;
      if (level === undefined) return Promise.reject(new AccessError('ENGINE_UNAVAILABLE', 'down'));
      return Promise.resolve({ level, factorTimeout: 10_000, until: Infinity, version: 1 });
    },
    on: (_event: string, listen: () => void) => {
      listener = listen;
      return () => {
        listener = undefined;
      };
    },
  };
  return {
    engine: engine as unknown as Engine,
    asked: () => asked,
    policyChanged: () => listener?.(),
  };
}

const present = (type: CredentialType, value: string): PresentedCredential => ({
  type,
  value,
  at: Date.now(),
});

describe('joining of factors at an access point', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 });
  });

  afterEach(() => {
    mock.timers.reset();
  });

  it('joins a card and the PIN that follows it into one attempt', async () => {
    const join = new FactorJoin(ACCESS_POINT, fakeEngine(CARD_AND_PIN).engine);
    const reader = new Sink();
    const keypad = new Sink();
    await join.present(present('card', '0A00B3C4D5'), reader);
    await join.present(present('pin', '4711'), keypad);
    assert.deepEqual(reader.waits, ['factor:pin']);
    assert.equal(reader.attempts.length, 0);
    assert.equal(keypad.attempts.length, 1);
    const attempt = keypad.attempts[0];
    assert.ok(attempt);
    assert.deepEqual(
      attempt.credentials.map(({ type }) => type),
      ['card', 'pin'],
    );
    assert.equal(attempt.accessPoint, 'door');
    assert.equal(attempt.timedOut, undefined);
    mock.timers.tick(60_000);
    assert.equal(keypad.attempts.length + reader.attempts.length, 1);
    join.close();
  });

  it('hands the attempt over as timed out when the PIN does not come', async () => {
    const join = new FactorJoin(ACCESS_POINT, fakeEngine(CARD_AND_PIN).engine);
    const sink = new Sink();
    await join.present(present('card', '0A00B3C4D5'), sink);
    mock.timers.tick(9_999);
    assert.equal(sink.attempts.length, 0);
    mock.timers.tick(1);
    assert.equal(sink.attempts.length, 1);
    assert.equal(sink.attempts[0]?.timedOut, true);
    join.close();
  });

  it('ends the first attempt when another card comes instead of the PIN', async () => {
    const join = new FactorJoin(ACCESS_POINT, fakeEngine(CARD_AND_PIN).engine);
    const sink = new Sink();
    await join.present(present('card', '0A00B3C4D5'), sink);
    await join.present(present('card', '6A003E3A2C'), sink);
    assert.equal(sink.attempts.length, 1);
    assert.equal(sink.attempts[0]?.timedOut, true);
    assert.equal(sink.attempts[0].credentials[0]?.value, '0A00B3C4D5');
    await join.present(present('pin', '4711'), sink);
    assert.equal(sink.attempts[1]?.credentials[0]?.value, '6A003E3A2C');
    join.close();
  });

  it('waits for the second card where two persons are asked for', async () => {
    const join = new FactorJoin(ACCESS_POINT, fakeEngine(TWO_CARDS).engine);
    const sink = new Sink();
    await join.present(present('card', '0A00B3C4D5'), sink);
    assert.deepEqual(sink.waits, ['person:card']);
    await join.present(present('card', '6A003E3A2C'), sink);
    assert.equal(sink.attempts[0]?.credentials.length, 2);
    join.close();
  });

  it('lets the decision say why when the engine is down', async () => {
    const join = new FactorJoin(ACCESS_POINT, fakeEngine(undefined).engine);
    const sink = new Sink();
    await join.present(present('card', '0A00B3C4D5'), sink);
    assert.equal(sink.attempts.length, 1);
    assert.equal(sink.attempts[0]?.timedOut, undefined);
    join.close();
  });

  it('asks for the level once, and again after the policy has changed', async () => {
    const { engine, asked, policyChanged } = fakeEngine({ anyOf: [['card']] });
    const join = new FactorJoin(ACCESS_POINT, engine);
    const sink = new Sink();
    await join.present(present('card', '0A00B3C4D5'), sink);
    await join.present(present('card', '0A00B3C4D5'), sink);
    assert.equal(asked(), 1);
    policyChanged();
    await join.present(present('card', '0A00B3C4D5'), sink);
    assert.equal(asked(), 2);
    assert.equal(sink.attempts.length, 3);
    join.close();
  });

  it('leaves no timer behind when the access point is closed', async () => {
    const join = new FactorJoin(ACCESS_POINT, fakeEngine(CARD_AND_PIN).engine);
    const sink = new Sink();
    await join.present(present('card', '0A00B3C4D5'), sink);
    join.close();
    mock.timers.tick(60_000);
    assert.equal(sink.attempts.length, 0);
  });
});
