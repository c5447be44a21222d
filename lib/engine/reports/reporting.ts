import { AccessError } from '../../model/errors.ts';
import { parser } from '../../model/parse.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Engine } from '../engine.ts';
import type { Site } from '../site.ts';
import type { AccountedDays } from '../store/accounted-days.ts';
import type { Store } from '../store/store.ts';
import type { Accounted, ReportMoment } from './protocol.ts';
import { ReportThread } from './report-thread.ts';
import { AttendanceQuery, FirmQuery } from './working-time.ts';

/** Days in one call to the writer, so that no passage waits for long. */
const PORTION = 250;

const attendanceParser = parser(AttendanceQuery);
const firmParser = parser(FirmQuery);

export type Reporting = Pick<Engine, 'attendance' | 'timesheet'> & { close(): Promise<void> };

interface Parts {
  store: Store;
  trust: ClockTrust;
  site: Site;
  /** Path of the database. */
  file: string;
}

/** The reports of the engine: made in a thread of their own; what they accounted is stored by the writer. */
export function createReporting({ store, trust, site, file }: Parts): Reporting {
  const thread = new ReportThread(file);

  function moment(): ReportMoment {
    const zone = site.settings?.zone;
    if (zone === undefined) throw new AccessError('CONFIG_INVALID', 'the site is not configured');
    return { asOf: trust.read().now, zone };
  }

  async function stored<T>({ answer, changed }: Accounted<T>): Promise<T> {
    for (const portion of portions(changed)) await store.saveAccounted(portion);
    return answer;
  }

  return {
    attendance: async (query) =>
      stored(await thread.run('attendance', attendanceParser.parse(query, 'query'), moment())),
    timesheet: async (query) =>
      stored(await thread.run('timesheet', firmParser.parse(query, 'query'), moment())),
    close: () => thread.close(),
  };
}

function* portions({ put, drop, ...state }: AccountedDays): Generator<AccountedDays> {
  for (let start = 0; start < Math.max(put.length, drop.length); start += PORTION) {
    const end = start + PORTION;
    yield { put: put.slice(start, end), drop: drop.slice(start, end), ...state };
  }
}
