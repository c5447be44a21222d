import { createEmitter } from '../model/emitter.ts';
import type { LinkState } from './link.ts';

/** The state of a link, told on change only. */
export class LinkStates {
  readonly #events = createEmitter<{ change: LinkState }>();
  #state: LinkState;

  constructor(first: LinkState) {
    this.#state = first;
  }

  get state(): LinkState {
    return this.#state;
  }

  set(state: LinkState): void {
    if (state.name === this.#state.name && state.reason === this.#state.reason) return;
    this.#state = state;
    this.#events.emit('change', state);
  }

  onState(listener: (state: LinkState) => void): () => void {
    return this.#events.on('change', listener);
  }
}
