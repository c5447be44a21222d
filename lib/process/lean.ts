/**
 * Environment of a service process: nothing of how its parent was started, such as a debugger; few arenas, for there
 * are few threads; and what the loading has taken goes back to the system.
 */
export const LEAN: Readonly<NodeJS.ProcessEnv> = {
  NODE_OPTIONS: '',
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '65536',
};
