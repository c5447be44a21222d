import {
  MONDAY_10,
  credential,
  loadSite,
  permission,
  person,
  present,
  schedule,
  settings,
  summary,
  testSite,
} from './site.ts';

/** Prints the decisions of some days around the changes of three zones, to be compared between processes. */
const DAYS = ['2026-03-08', '2026-03-29', '2026-04-05', '2026-09-06', '2026-10-25', '2026-11-01'];
const HALF_HOUR = 1_800_000;

const lines: string[] = [];
for (const zone of ['Europe/Madrid', 'America/Santiago', 'Australia/Lord_Howe']) {
  const policy = loadSite(
    testSite({
      site: settings({ zone }),
      persons: [
        person('ann', { validFrom: '2026-03-29T02:30:00', validTo: '2026-10-25T02:30:00' }),
      ],
      credentials: [credential('ann', 'card', { validTo: '2026-11-01' })],
      permissions: [permission({ schedule: 'night' })],
      schedules: [schedule('night', { kind: 'daily', windows: [{ from: '22:30', to: '03:30' }] })],
    }),
  );
  for (const day of DAYS) {
    for (let step = -40; step < 60; step++) {
      const now = Date.parse(`${day}T00:00Z`) + step * HALF_HOUR;
      lines.push(summary(present(policy, ['card of ann'], { now })));
    }
  }
  const { nextChange } = policy.explain(
    { person: 'ann', accessPoint: 'door', at: MONDAY_10 },
    true,
  );
  lines.push(String(nextChange));
}
console.log(lines.join('\n'));
