import { parentPort, workerData } from 'node:worker_threads';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { isDatabaseError, openForReading, storeError } from '../store/database.ts';
import { askHistory } from '../store/presence/history.ts';
import { toMessage } from '../store/protocol.ts';
import { attendance, timesheet } from './accounts.ts';
import { FactReader } from './fact-reader.ts';
import type { ReportReply, ReportRequest } from './protocol.ts';

const port = parentPort;
if (port === null) throw new AccessError('INTERNAL', 'reports need a thread of their own');

const db = openForReading(String(workerData));
const reader = new FactReader(db);

function answer(request: ReportRequest): unknown {
  switch (request.report) {
    case 'history':
      return askHistory(db, request.args[0], request.args[1] as never);
    case 'attendance':
      return attendance(reader, ...request.args);
    case 'timesheet':
      return timesheet(reader, ...request.args);
  }
}

function replyTo(request: ReportRequest): ReportReply {
  try {
    return { value: reader.consistently(() => answer(request)) };
  } catch (error) {
    const known = isDatabaseError(error) ? storeError(error, 'the store cannot be read') : error;
    return { error: toMessage(toAccessError(known)) };
  }
}

port.on('message', (request: ReportRequest) => {
  port.postMessage(replyTo(request));
});
