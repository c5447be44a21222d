import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { Settings } from '../../lib/runtime/settings.ts';
import { accessPointType } from '../../lib/runtime/site.ts';
import { Status } from '../../lib/runtime/status.ts';
import { Keeper } from '../../nodes/turnstile/keeper.ts';
import { normalise } from '../../nodes/turnstile/turnstile.config.ts';
import { fakeEngine, fakeSite, type FakeSite } from '../support/fake-site.ts';
import { SAMPLE_CONFIG } from '../support/sample-site.ts';

const PASSAGES = 30_000;
const WARM_UP = 5000;
/** Time that passes between two people: a decision is remembered for a minute. Milliseconds. */
const BETWEEN = 3000;
/** Far less than one passage would leave behind if anything of it were kept. Bytes. */
const NOISE = 500_000;

const [POINT] = SAMPLE_CONFIG.accessPoints;
assert.ok(POINT);

const GATE_IN: AccessPoint = { ...POINT, id: 'gate-in', zoneTo: 'yard' };

/** What a turnstile needs of Node-RED. The test helper itself would remember every message. */
function runtime(site: FakeSite): { RED: NodeAPI; node: Node } {
  const point = { type: accessPointType.type, gatewire: { settings: GATE_IN, site: site.api } };
  const clone = <T>(value: T): T => structuredClone(value);
  const RED = {
    events: new EventEmitter(),
    nodes: { getNode: () => point },
    util: { cloneMessage: clone, generateId: () => 'id', getMessageProperty: () => undefined },
  };
  const ignore = (): void => undefined;
  const node = { id: 'gate', send: ignore, status: ignore, warn: ignore, error: ignore };
  return { RED: RED as unknown as NodeAPI, node: node as unknown as Node };
}

describe('turnstile: memory', function () {
  this.timeout(120_000);
  let site: FakeSite;
  let keeper: Keeper;
  /** Resolves the passage that is under way. */
  let recorded: () => void = () => undefined;
  let count = 0;

  const real = { ...systemClock };
  let skipped = 0;

  before(() => {
    systemClock.now = () => real.now() + skipped;
    systemClock.monotonic = () => real.monotonic() + skipped;
    const engine = fakeEngine({
      recordPassage: ({ id }) => {
        count += 1;
        recorded();
        return Promise.resolve({ stream: 'passage', seq: count, id });
      },
    });
    site = fakeSite(engine);
    const { RED, node } = runtime(site);
    const settings = { kind: 'barrier', accessPointIn: 'point', debounce: 0 };
    const config = normalise(new Settings(settings));
    keeper = new Keeper({ RED, node, config, status: new Status(node) });
  });
  after(async () => {
    await keeper.close(true);
    await site.close();
    Object.assign(systemClock, real);
  });

  const send = (message: object): Promise<void> => keeper.input({ _msgid: 'message', ...message });

  async function pass(number: number): Promise<void> {
    skipped += BETWEEN;
    const at = systemClock.now();
    const id = String(number);
    const attempt: Attempt = { id, at, accessPoint: 'gate-in', credentials: [] };
    const decision: Decision = {
      id: `decision-${id}`,
      attempt: id,
      accessPoint: 'gate-in',
      outcome: 'granted',
      reasons: [],
      by: 'local',
      person: { id: `person-${id}`, name: id },
      at,
      validUntil: at + 5000,
    };
    const passed = new Promise<void>((resolve) => {
      recorded = resolve;
    });
    await send({ payload: true, access: { attempt, decision } });
    await send({ sensor: 'passA', payload: true });
    await send({ sensor: 'passA', payload: false });
    await passed;
  }

  it(`keeps nothing of ${PASSAGES} passages`, async () => {
    for (let number = 0; number < WARM_UP; number += 1) await pass(number);
    const before = usedHeap();
    for (let number = WARM_UP; number < PASSAGES; number += 1) await pass(number);
    const growth = usedHeap() - before;
    assert.ok(growth < NOISE, `${growth} bytes more`);
    assert.equal(count, PASSAGES);
  });
});

function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
