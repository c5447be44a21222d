import { TEMPLATE_FORM, isTemplate, toTemplate, valuesOf } from '../../face/template.ts';
import { templateIn, unpackTemplate } from './sealed-template.ts';
import { createTurning, type Turning } from './turning.ts';

/** Changes packed templates between how they are compared and how they lie under their seal. */
export interface TemplateKeeper {
  /** The form to be sealed: a face is turned with the key; what is no template of a known form stays as it is. */
  toKept(packed: Uint8Array): Uint8Array;
  /** The packed template again; each value may be off by a step of its quantisation. */
  fromKept(kept: Uint8Array): Uint8Array;
}

/** What the kept form begins with. A packed template begins with a smaller byte, and counts as it is. */
const AS_IS = 0x80;
const TURNED = 0x81;

/**
 * Templates of this engine's own: whoever got at those of two sites without their keys could not tell which are of the
 * same person (T-14).
 */
export function createTemplateKeeper(key: Uint8Array): TemplateKeeper {
  const turnings = new Map<number, Turning>();

  function turningOf(dimension: number): Turning {
    const known = turnings.get(dimension) ?? createTurning(key, dimension);
    turnings.set(dimension, known);
    return known;
  }

  /** A copy whose template is turned; what stands before it stays as it is. */
  function changed(packed: Uint8Array, way: keyof Turning): Uint8Array {
    const copy = Buffer.from(packed);
    const bytes = templateIn(copy);
    const turned = turningOf(bytes.length)[way](valuesOf(bytes));
    bytes.set(toTemplate(new Float32Array(turned)));
    return copy;
  }

  return {
    toKept: (packed) =>
      isFace(packed)
        ? Buffer.concat([Buffer.of(TURNED), changed(packed, 'turn')])
        : Buffer.concat([Buffer.of(AS_IS), packed]),
    fromKept(kept) {
      if (kept[0] === TURNED) return changed(kept.subarray(1), 'turnBack');
      return kept[0] === AS_IS ? kept.subarray(1) : kept;
    },
  };
}

function isFace(packed: Uint8Array): boolean {
  try {
    const { model, bytes } = unpackTemplate(packed);
    return model.quantisation === TEMPLATE_FORM && isTemplate(bytes, model.dimension ?? 0);
  } catch {
    return false; // Whoever compares it will refuse it.
  }
}
