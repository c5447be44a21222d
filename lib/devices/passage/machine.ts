import type { CommonState } from './draft.ts';
import type { DoorSettings } from './door-state.ts';
import { doorMachine } from './door.ts';
import type { LaneSettings } from './lane-state.ts';
import { laneMachine } from './lane.ts';
import { KINDS, type PassageKind } from './kinds.ts';
import type { Machine } from './model.ts';

/** Everything that can be set; each kind takes what it needs. */
export type PassageSettings = DoorSettings & Omit<LaneSettings, 'countsOn'>;

/** Hands the machine of a kind to `use`; its state is nobody else's business. */
export function withMachine<Result>(
  kind: PassageKind,
  settings: PassageSettings,
  use: <State extends CommonState>(machine: Machine<State>) => Result,
): Result {
  const { shape, countsOn } = KINDS[kind];
  return shape === 'door'
    ? use(doorMachine(settings))
    : use(laneMachine({ ...settings, countsOn }));
}
