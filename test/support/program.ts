import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ROOT } from './node-red.ts';

/** A command of `tools/` that runs as a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** Everything it has printed so far. */
  printed(): string;
  /** Resolves when the pattern has been printed; rejects if the program ends first. */
  until(pattern: RegExp): Promise<void>;
  /** Resolves with the exit code when the program and its output have ended. */
  ended(): Promise<number | null>;
}

export function runTool(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(process.execPath, [path.join(ROOT, 'tools', name), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let wake = (): void => undefined;
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    wake();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const closed = once(child, 'close').then(() => {
    wake();
  });
  return {
    process: child,
    printed: () => text,
    async until(pattern) {
      while (!pattern.test(text)) {
        if (child.exitCode !== null)
          throw new Error(`It ended before ${String(pattern)}:\n${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async ended() {
      await closed;
      return child.exitCode;
    },
  };
}
