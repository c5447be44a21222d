import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'mocha';

const PROBE = fileURLToPath(new URL('support/process-zone.ts', import.meta.url));

async function decisionsUnder(zone: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE], {
    env: { ...process.env, TZ: zone },
  });
  return stdout;
}

describe('the zone of the process', () => {
  it('changes no decision', async function () {
    this.timeout(60_000);
    const expected = await decisionsUnder('UTC');
    assert.match(expected, /granted/);
    assert.match(expected, /denied: notPermittedNow/);
    for (const zone of ['Europe/Madrid', 'America/New_York', 'Pacific/Apia']) {
      assert.equal(await decisionsUnder(zone), expected, zone);
    }
  });
});
