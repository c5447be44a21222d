type Listener<T> = (data: T) => void;

/** Typed subscriptions without names in common with anything else. */
export interface Emitter<Events extends object> {
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void;
  emit<E extends keyof Events>(event: E, data: Events[E]): void;
}

export function createEmitter<Events extends object>(): Emitter<Events> {
  const listeners: { [E in keyof Events]?: Set<Listener<Events[E]>> } = {};
  return {
    on(event, listener) {
      const set = (listeners[event] ??= new Set());
      set.add(listener);
      return () => set.delete(listener);
    },
    emit(event, data) {
      for (const listener of listeners[event] ?? []) listener(data);
    },
  };
}
