import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { EngineService } from '../../lib/engine/facade.ts';
import { createEngine } from '../../lib/engine/service.ts';
import { toAccessError } from '../../lib/model/errors.ts';
import type { LiveState } from '../../nodes/turnstile/live-state.ts';
import { allRecords } from '../support/records.ts';
import { ROOT, startNodeRed, type FlowNode, type RunningNodeRed } from '../support/node-red.ts';

const DEPLOYS = 1000;

/** The engine of a folder, as soon as the process that had it has ended. */
async function engineOf(folder: string): Promise<EngineService> {
  for (;;) {
    try {
      return await createEngine({ folder });
    } catch (reason) {
      if (toAccessError(reason).code !== 'ENGINE_LOCKED') throw reason;
      await setTimeout(50);
    }
  }
}

describe('turnstile under deploys', function () {
  this.timeout(600_000);
  let folder: string;
  let flows: FlowNode[];
  let nodeRed: RunningNodeRed;
  let engine: EngineService;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatewire-turnstile-'));
    flows = JSON.parse(
      readFileSync(path.join(ROOT, 'examples', 'turnstile.json'), 'utf8'),
    ) as FlowNode[];
    node('gatewire-site').dataFolder = folder;
    nodeRed = await startNodeRed({ flows });
  });

  after(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const node = (type: string, name?: string): FlowNode =>
    flows.find((each) => each.type === type && (name === undefined || each.name === name)) ??
    assert.fail(`no ${type}`);

  /** Presses the guard's button until the turnstile waits for somebody. */
  const arm = async (): Promise<void> => {
    for (;;) {
      await fetch(`${nodeRed.url}/inject/${node('inject', "guard's button").id}`, {
        method: 'POST',
      });
      const answer = await fetch(
        `${nodeRed.url}/gatewire/turnstiles/${node('gatewire-turnstile').id}/state`,
      );
      const state = answer.ok ? ((await answer.json()) as LiveState) : undefined;
      if (state?.locks[0]?.phase === 'armed') return;
    }
  };

  it(`leaves every grant with exactly one passage, and no output on, in ${DEPLOYS} deploys`, async () => {
    for (let count = 0; count < DEPLOYS; count++) {
      await arm();
      node('gatewire-turnstile').name = `gate ${count}`;
      await nodeRed.deploy(flows, count % 2 === 0 ? 'nodes' : 'full');
    }
    await nodeRed.stop();
    engine = await engineOf(folder);
    assert.doesNotMatch(nodeRed.log(), /\[error\]/);
    const granted = (await allRecords(engine, 'access'))
      .map(({ body }) => body.decision)
      .filter(({ outcome }) => outcome === 'granted')
      .map(({ id }) => id);
    assert.ok(granted.length >= DEPLOYS, `${granted.length} grants`);
    const passages = await allRecords(engine, 'passage');
    assert.deepEqual(passages.map(({ body }) => body.decision).sort(), granted.sort());
    const pulses = (await allRecords(engine, 'command')).map(({ body }) => body);
    assert.ok(pulses.every(({ action }) => action === 'pulse' || action === 'off'));
  });
});
