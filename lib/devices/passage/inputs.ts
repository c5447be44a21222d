import type { LevelSensor, SensorValue } from './model.ts';

/** One debounced signal. */
export interface Input {
  /** The value that counts; undefined until the first report. */
  readonly value?: SensorValue;
  /** Another value that has been seen, but not for long enough yet. */
  readonly candidate?: SensorValue;
}

export type Inputs = Readonly<Partial<Record<LevelSensor, Input>>>;

/** `accepted`: the value counts now; `waiting`: it will, if it lasts; `steady`: nothing new. */
export interface Reading {
  input: Input;
  result: 'accepted' | 'waiting' | 'steady';
}

/** Takes a report. Without debouncing a new value counts at once. */
export function report(input: Input, value: SensorValue, debounced: boolean): Reading {
  if (value === input.value) return { input: { value }, result: 'steady' };
  if (debounced) return { input: { ...input, candidate: value }, result: 'waiting' };
  return { input: { value }, result: 'accepted' };
}

/** The candidate has lasted: it counts from now on. */
export function accept(input: Input): Input {
  return input.candidate === undefined ? input : { value: input.candidate };
}
