import { accept, report } from './inputs.ts';
import { Draft, type CommonSettings, type CommonState, type Rules } from './draft.ts';
import type { LevelSensor, PassageEvent, SensorValue, Step } from './model.ts';
import { fireReported, fireWasReset, safetySensed } from './safety.ts';

const DEBOUNCE = 'debounce.';

/**
 * One step of a machine: first the deadlines that have passed, in their order and at their own time, then the
 * event; after each of them the outputs follow the new state.
 */
export function play<State extends CommonState, Settings extends CommonSettings>(
  rules: Rules<State, Settings>,
  settings: Settings,
  state: State,
  event: PassageEvent,
  now: number,
): Step<State> {
  const draft = new Draft(settings, state);
  for (let due = earliest(state); due && due.at <= now; due = earliest(draft.state)) {
    draft.now = due.at;
    draft.stopTimers(due.name);
    expire(rules, draft, due.name);
    rules.settle(draft);
  }
  draft.now = now;
  handle(rules, draft, event);
  rules.settle(draft);
  const nextDeadline = earliest(draft.state)?.at;
  return { state: draft.state, effects: draft.effects, nextDeadline };
}

function handle<State extends CommonState, Settings extends CommonSettings>(
  rules: Rules<State, Settings>,
  draft: Draft<State, Settings>,
  event: PassageEvent,
): void {
  switch (event.type) {
    case 'tick':
      return;
    case 'sensor':
      sense(rules, draft, event.sensor, event.value);
      return;
    case 'fire':
      fireReported(draft, event.active, event.source);
      return;
    case 'fireReset':
      if (fireWasReset(draft, event.author)) rules.withdraw(draft);
      return;
    default:
      rules.handled(draft, event);
  }
}

function sense<State extends CommonState, Settings extends CommonSettings>(
  rules: Rules<State, Settings>,
  draft: Draft<State, Settings>,
  sensor: LevelSensor,
  value: SensorValue,
): void {
  const before = draft.state.inputs[sensor] ?? {};
  const { debounce } = draft.settings;
  // Stop must not wait for anything.
  const { input, result } = report(before, value, debounce > 0 && sensor !== 'stop');
  draft.setCommon({ inputs: { ...draft.state.inputs, [sensor]: input } });
  if (result === 'steady') draft.stopTimers(DEBOUNCE + sensor);
  if (result === 'waiting' && before.candidate !== value) {
    draft.startTimer(DEBOUNCE + sensor, debounce);
  }
  if (result === 'accepted') sensed(rules, draft, sensor, value, before.value);
}

function expire<State extends CommonState, Settings extends CommonSettings>(
  rules: Rules<State, Settings>,
  draft: Draft<State, Settings>,
  timer: string,
): void {
  if (!timer.startsWith(DEBOUNCE)) {
    rules.expired(draft, timer);
    return;
  }
  const sensor = timer.slice(DEBOUNCE.length) as LevelSensor;
  const before = draft.state.inputs[sensor] ?? {};
  const input = accept(before);
  draft.setCommon({ inputs: { ...draft.state.inputs, [sensor]: input } });
  if (input.value !== undefined) sensed(rules, draft, sensor, input.value, before.value);
}

function sensed<State extends CommonState, Settings extends CommonSettings>(
  rules: Rules<State, Settings>,
  draft: Draft<State, Settings>,
  sensor: LevelSensor,
  value: SensorValue,
  before: SensorValue | undefined,
): void {
  safetySensed(draft, sensor, value, before);
  // Stop closes both ways, but never in a fire.
  if (sensor === 'stop' && value === true && !draft.state.emergency) rules.withdraw(draft);
  rules.sensed(draft, sensor, value, before);
}

function earliest({ timers }: CommonState): { name: string; at: number } | undefined {
  let found: { name: string; at: number } | undefined;
  for (const [name, at] of Object.entries(timers)) {
    if (found === undefined || at < found.at) found = { name, at };
  }
  return found;
}
