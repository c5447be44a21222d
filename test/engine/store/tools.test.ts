import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { StoreBench, accessRecord } from './support.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('the tools for the log', () => {
  let bench: StoreBench;
  let folder: string;

  before(async function () {
    bench = new StoreBench();
    if (!existsSync(join(ROOT, 'dist/lib/engine/store/verify.js'))) {
      assert.equal(process.env.CI, undefined, 'the tools are tested on the build');
      console.log('      skipped: run the build first');
      this.skip();
    }
    folder = bench.folder();
    const { store } = await bench.open(folder);
    for (let row = 1; row <= 5; row += 1) await store.append(accessRecord());
    await store.close();
  });
  after(() => bench.clear());

  const run = (tool: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'tools', tool), ...args], { encoding: 'utf8' });

  it('verify a sound log', () => {
    const { status, stdout } = run('verify-log.js', folder);
    assert.equal(status, 0);
    assert.match(stdout, /^access: 5 rows, 1 to 5, head [0-9a-f]{64}: OK$/m);
    assert.match(stdout, /^passage: no rows, /m);
  });

  it('copy the database and name what is wrong with a copy', () => {
    const copy = join(bench.folder(), 'copy.db');
    assert.equal(run('backup.js', folder, copy).status, 0);
    assert.equal(run('backup.js', folder, copy).status, 1);
    const db = new DatabaseSync(copy);
    db.exec(
      `UPDATE access_record SET at = 1 WHERE seq = 3; DELETE FROM access_record WHERE seq = 5`,
    );
    db.close();
    const { status, stdout } = run('verify-log.js', copy);
    assert.equal(status, 1);
    assert.match(
      stdout,
      /^access: .*: BROKEN\n {2}access 3 was changed.*\n {2}access 5 is missing/m,
    );
  });

  it('explain themselves and name what they cannot read', () => {
    assert.equal(run('verify-log.js', '--help').status, 0);
    for (const tool of ['verify-log.js', 'backup.js']) {
      const { status, stdout } = run(tool);
      assert.deepEqual([status, stdout.includes('npm run')], [2, true]);
    }
    const { status, stderr } = run('verify-log.js', '/nonexistent');
    assert.deepEqual([status, stderr.includes('nonexistent')], [1, true]);
    assert.equal(run('verify-log.js', '--unknown').status, 1);
  });
});
