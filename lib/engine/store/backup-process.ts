import { AccessError, toAccessError } from '../../model/errors.ts';
import { backupDatabase, type BackupResult } from './backup.ts';
import { toMessage } from './protocol.ts';

/** Entry of the backup process: `<source> <target>` on the command line, the result as one message. */
async function run(source?: string, target?: string): Promise<BackupResult> {
  try {
    if (source === undefined || target === undefined) {
      throw new AccessError('INTERNAL', 'the backup process needs two files');
    }
    return await backupDatabase(source, target);
  } catch (error) {
    return toMessage(toAccessError(error));
  }
}

process.send?.(await run(process.argv[2], process.argv[3]));
process.disconnect();
