import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, type FilesAnswer, type FilesMessage } from '../../lib/link/pictures/files.ts';
import { shelfFolder } from '../../lib/pictures/files.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

const SERVER = fileURLToPath(new URL('../support/picture-server.ts', import.meta.url));
const PART = 20_000;
const PARTS = 20;
const KILLS = 5;

describe('a picture whose server is killed again and again', function () {
  this.timeout(30_000);
  const folder = makeFolder();
  let server: ChildProcess;

  after(() => {
    server.kill('SIGKILL');
    removeFolder(folder);
  });

  async function ask(message: FilesMessage): Promise<FilesAnswer> {
    server.send(message);
    const [answer] = (await once(server, 'message')) as [FilesAnswer];
    return answer;
  }

  it('arrives whole, and nothing that was acknowledged is sent again', async () => {
    const bytes = randomBytes(PART * PARTS);
    const which = { id: 'a', sha256: digestOf(bytes) };
    const partAt = (offset: number): FilesMessage => ({
      ...{ kind: 'part', ...which, offset },
      data: bytes.subarray(offset, offset + PART).toString('base64'),
    });
    let acknowledged = 0;
    let answer: FilesAnswer | undefined;
    for (let kills = 0; answer?.kind !== 'fileStored'; kills++) {
      server = fork(SERVER, [folder]);
      const offer = { ...which, size: bytes.length, type: 'image/jpeg', days: 30 } as const;
      answer = await ask({ kind: 'offer', ...offer });
      let left = kills < KILLS ? randomInt(1, 5) : Infinity;
      while (answer.kind === 'fileWanted') {
        assert.ok(answer.offset >= acknowledged, 'it goes on where it was');
        acknowledged = answer.offset;
        if (left === 0) break;
        left -= 1;
        answer = await ask(partAt(acknowledged));
      }
      if (answer.kind !== 'fileWanted') break;
      server.send(partAt(acknowledged)); // Killed while this one comes.
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    assert.equal(answer.kind, 'fileStored');
    const shelf = path.join(shelfFolder(folder, 'north'), '30');
    assert.deepEqual(readdirSync(shelf), ['a.picture']);
  });
});
