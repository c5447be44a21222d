import type { Engine } from './engine.ts';

export interface EngineHandle {
  engine: Engine;
  readonly state: 'starting' | 'up' | 'down';
  onState(listener: () => void): () => void;
  release(): Promise<void>;
}

export function acquireEngine(options: { folder: string; keyFile?: string }): EngineHandle {
  throw new Error(options.folder);
}
