import assert from 'node:assert/strict';
import type { FaceChanges } from '../../../lib/engine/faces/interface.ts';
import type { EngineService } from '../../../lib/engine/facade.ts';
import { toTemplate, toVector } from '../../../lib/face/template.ts';
import type { Change } from '../../../lib/model/entity.ts';
import { cosine, modelOf, randomVector, seeded } from '../../face/support.ts';

export const MODEL = modelOf(64);

export function put(kind: Change['kind'], value: Record<string, unknown>): Change {
  return { op: 'put', kind, value };
}

export function remove(kind: Change['kind'], id: string): Change {
  return { op: 'delete', kind, id };
}

/** Some template of the test model, in base64; the same for the same number. */
export function templateOf(seed: number): string {
  return Buffer.from(toTemplate(randomVector(seeded(seed), 64))).toString('base64');
}

/** A kept template comes back within a step of its quantisation. */
export function assertSameFace(template: string | undefined, expected: string): void {
  const [one, other] = [template ?? '', expected].map(vectorOf);
  assert.ok(one && other && cosine(one, other) > 0.999, `${template} is not ${expected}`);
}

function vectorOf(template: string): Float32Array {
  return toVector(Buffer.from(template, 'base64'));
}

export function face(id: string, person: string, more: Record<string, unknown> = {}): Change {
  const value = { id, person, type: 'face', value: id, model: MODEL, template: templateOf(1) };
  return put('credential', { ...value, ...more });
}

export function consent(person: string, more: Record<string, unknown> = {}): Change {
  const value = { person, text: '2026-1', language: 'ru', at: 1, author: 'front desk' };
  return put('consent', { id: `consent-${person}`, ...value, ...more });
}

/** Makes changes of which none may fail. */
export async function done(engine: EngineService, ...changes: Change[]): Promise<void> {
  const { failed } = await engine.change({ changes, options: { author: 'test' } });
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
}

/** A gallery that only remembers: the groups of each credential. */
export class Follower {
  readonly faces = new Map<string, { person: string; groups: string[]; template: string }>();
  readonly steps: FaceChanges[] = [];
  #cursor: string | undefined;

  async follow(engine: EngineService, limit = 500): Promise<void> {
    for (;;) {
      const cursor = this.#cursor;
      const step = await engine.faceChanges({ ...(cursor !== undefined && { cursor }), limit });
      this.#take(step);
      if (!step.more) return;
    }
  }

  #take(step: FaceChanges): void {
    this.steps.push(step);
    this.#cursor = step.cursor;
    if (step.reset) this.faces.clear();
    for (const { credential, person, groups, template } of step.put) {
      this.faces.set(credential, { person, groups, template });
    }
    for (const id of step.removed) this.faces.delete(id);
  }
}
