import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Every worker and every engine of the tests loads the same sources; their types need to be stripped only once.
const folder = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'compiled');
process.env.NODE_COMPILE_CACHE ??= folder;
enableCompileCache(process.env.NODE_COMPILE_CACHE);
