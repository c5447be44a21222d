import { ask } from '../../lib/editor/dialog.ts';
import type { LiveState, RecentEffect } from './live-state.ts';

interface Watched {
  readonly id: string;
  _(key: string, values?: Record<string, string | number>): string;
}

const BOX = '#gatewire-turnstile-live';
/** Milliseconds between two looks. */
const PERIOD = 1000;

/** Looks at the running node each second for as long as its dialog is open. */
export class LiveView {
  readonly #node: Watched;
  readonly #timer: number;
  #isStopped = false;

  constructor(node: Watched) {
    this.#node = node;
    this.#timer = window.setInterval(() => void this.#look(), PERIOD);
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    window.clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const state = await ask<LiveState>(`turnstiles/${this.#node.id}/state`).catch(() => undefined);
    if (this.#isStopped) return;
    $(BOX).empty();
    if (state === undefined) $(BOX).text(this.#node._('turnstile.live.notDeployed'));
    else $(BOX).append(this.#locks(state), this.#facts(state), this.#recent(state));
  }

  /** One line for each lock: what it does, in which mode, and for how many. */
  #locks({ locks }: LiveState): JQuery {
    const word = (group: string, name: string): string => this.#word(group, name);
    const lines = locks.map(({ lock, phase, mode, output, grants }) => [
      word('way', lock),
      word('phase', phase),
      word('mode', mode),
      word('output', output),
      this.#node._('turnstile.live.expected', { count: grants.length }),
    ]);
    return table(lines);
  }

  /** Sensors, running times and the interlock. */
  #facts({ sensors, timers, interlock }: LiveState): JQuery {
    const known = Object.entries(sensors).map(([sensor, value]) => [
      this.#word('signal', sensor),
      this.#word('value', String(value)),
    ]);
    const running = timers.map(({ name, remaining }) => [
      this.#timerName(name),
      `${(remaining / 1000).toFixed(1)} ${this.#node._('common.label.seconds')}`,
    ]);
    const group =
      interlock === undefined
        ? []
        : [[interlock.name, this.#word('value', interlock.free ? 'free' : 'waiting')]];
    return table([...known, ...running, ...group]);
  }

  #recent({ recent }: LiveState): JQuery {
    return table(recent.map((effect) => this.#line(effect)));
  }

  #line({ at, what, direction, detail }: RecentEffect): string[] {
    const way = direction === undefined ? '' : this.#word('way', direction);
    return [new Date(at).toLocaleTimeString(), this.#word('what', what), way, detail ?? ''];
  }

  /** `armed.in` is the waiting time of the way in, `debounce.contact` a signal that has to last. */
  #timerName(name: string): string {
    const [timer = '', of] = name.split('.');
    if (of === undefined) return this.#word('timer', timer);
    const group = timer === 'armed' || timer === 'output' ? 'way' : 'signal';
    return `${this.#word('timer', timer)}: ${this.#word(group, of)}`;
  }

  #word(group: string, name: string): string {
    return this.#node._(`turnstile.${group}.${name}`);
  }
}

/** Texts in rows. They are set as text, never as markup. */
function table(lines: readonly (readonly string[])[]): JQuery {
  const body = $('<table style="width:100%;margin-bottom:8px">');
  for (const [first = '', ...cells] of lines) {
    const row = $('<tr>').append($('<th style="text-align:left;font-weight:normal">').text(first));
    for (const cell of cells) row.append($('<td>').text(cell));
    body.append(row);
  }
  return body;
}
