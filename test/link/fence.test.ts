import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { Beats } from '../../lib/link/ends/beats.ts';
import type { RemoteCommand } from '../../lib/link/ends/command.ts';
import { seal } from '../../lib/link/trust/envelope.ts';
import { judgeCommand, type FenceOptions } from '../../lib/link/ends/fence.ts';
import { labelOf } from '../../lib/link/trust/letter.ts';
import { uuidv7 } from '../../lib/model/ids.ts';

const server = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');

class Gateway {
  now = 1000;
  readonly used = new Set<string>();
  readonly beats = new Beats({ monotonic: () => this.now });
  readonly options: FenceOptions = {
    site: 'park',
    gateway: 'gate-1',
    keys: () => [server.publicKey],
    beats: this.beats,
    isUsed: (id) => this.used.has(id),
  };

  constructor() {
    this.beats.begin();
  }

  command(more: Partial<RemoteCommand> = {}): RemoteCommand {
    return {
      id: uuidv7(),
      site: 'park',
      gateway: 'gate-1',
      order: { kind: 'open', accessPoint: 'main' },
      beat: this.beats.next(),
      life: 5000,
      author: 'guard',
      ...more,
    };
  }

  judge(
    message: unknown,
    { retained = false, label = labelOf('commands'), key = server.privateKey } = {},
  ) {
    return judgeCommand({ text: seal(message, label, key), retained }, this.options);
  }

  refusal(message: unknown, how: Parameters<Gateway['judge']>[1] = {}): string | undefined {
    const verdict = this.judge(message, how);
    return 'refusal' in verdict ? verdict.refusal : undefined;
  }
}

describe('the fence before remote commands', () => {
  let gateway: Gateway;

  beforeEach(() => {
    gateway = new Gateway();
  });

  it('lets a fresh command of the server through, and says how long it may still live', () => {
    const command = gateway.command();
    gateway.now += 1200;
    assert.deepEqual(gateway.judge(command), { command, left: 3800 });
  });

  it('refuses a retained one, whatever it says', () => {
    assert.equal(gateway.refusal(gateway.command(), { retained: true }), 'retained');
  });

  it('refuses the signature of a stranger, and one that was made for something else', () => {
    const command = gateway.command();
    assert.equal(gateway.refusal(command, { key: stranger.privateKey }), 'notSigned');
    assert.equal(gateway.refusal(command, { label: 'gatewire answer 1' }), 'notSigned');
  });

  it('refuses a text that was changed in a single place', () => {
    const text = seal(gateway.command(), labelOf('commands'), server.privateKey);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, char) => {
          const changed = text.slice(0, at) + char + text.slice(at + 1);
          fc.pre(changed !== text);
          const verdict = judgeCommand({ text: changed, retained: false }, gateway.options);
          assert.ok('refusal' in verdict);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('refuses what is for another gateway or site', () => {
    assert.equal(gateway.refusal(gateway.command({ gateway: 'gate-2' })), 'notForUs');
    assert.equal(gateway.refusal(gateway.command({ site: 'other' })), 'notForUs');
  });

  it('refuses what was meant for the connection before', () => {
    const command = gateway.command();
    gateway.beats.end();
    assert.equal(gateway.refusal(command), 'otherSession');
    gateway.beats.begin();
    gateway.beats.next();
    assert.equal(gateway.refusal(command), 'otherSession');
  });

  it('refuses what is too old by its own clock, to the millisecond', () => {
    const command = gateway.command({ life: 5000 });
    gateway.now += 4999;
    assert.equal(gateway.refusal(command), undefined);
    gateway.now += 1;
    assert.equal(gateway.refusal(command), 'tooOld');
  });

  it('refuses a beat that it has not sent yet, or has forgotten', () => {
    const { beat } = gateway.command();
    assert.equal(
      gateway.refusal(gateway.command({ beat: { ...beat, number: 1000 } })),
      'otherSession',
    );
    for (let count = 0; count < 40; count += 1) gateway.beats.next();
    assert.equal(gateway.refusal(gateway.command({ beat })), 'otherSession');
  });

  it('lets the same command through once', () => {
    const command = gateway.command();
    assert.equal(gateway.refusal(command), undefined);
    gateway.used.add(command.id);
    assert.equal(gateway.refusal(command), 'used');
  });

  it('refuses a signed message that is no command', () => {
    for (const message of [
      {},
      [],
      null,
      { ...gateway.command(), more: 1 },
      gateway.command({ life: 60_000 }),
      { ...gateway.command(), order: { kind: 'open' } },
      { ...gateway.command(), order: { kind: 'shell', command: 'id' } },
    ]) {
      assert.equal(gateway.refusal(message), 'malformed', JSON.stringify(message));
    }
  });

  it('opens for none of 10,000 forged, replayed, retained, foreign or late commands', () => {
    const attack = fc.constantFrom(
      'key',
      'label',
      'retained',
      'gateway',
      'session',
      'late',
      'replay',
      'noise',
    );
    fc.assert(
      fc.property(
        attack,
        fc.nat({ max: 100_000 }),
        fc.string({ maxLength: 300 }),
        (kind, late, noise) => {
          const victim = new Gateway();
          const command = victim.command();
          const attempts: Record<typeof kind, () => string | undefined> = {
            key: () => victim.refusal(command, { key: stranger.privateKey }),
            label: () => victim.refusal(command, { label: noise }),
            retained: () => victim.refusal(command, { retained: true }),
            gateway: () => victim.refusal({ ...command, gateway: `${noise}x`.slice(0, 36) }),
            session: () => {
              victim.beats.begin();
              victim.beats.next();
              return victim.refusal(command);
            },
            late: () => {
              victim.now += 5000 + late;
              return victim.refusal(command);
            },
            replay: () => {
              victim.used.add(command.id);
              return victim.refusal(command);
            },
            noise: () => {
              const verdict = judgeCommand({ text: noise, retained: false }, victim.options);
              return 'refusal' in verdict ? verdict.refusal : undefined;
            },
          };
          assert.notEqual(attempts[kind](), undefined);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
