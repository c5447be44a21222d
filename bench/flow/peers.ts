import { DatabaseSync } from 'node:sqlite';
import type { FlowNode } from '../../test/support/node-red.ts';

export const TAB: FlowNode = { id: 'b000000000000001', type: 'tab', label: 'bench' };

/** Where every flow ends: the answer goes back on the connection that asked. */
export const ANSWER = 'b0000000000000a2';

/** `line`: the input node cuts lines; `bytes`: whoever comes next does, as behind any real reader. */
export function tcp(port: number, next: string, cut: 'line' | 'bytes' = 'line'): FlowNode[] {
  return [
    {
      id: 'b0000000000000a1',
      type: 'tcp in',
      z: TAB.id,
      server: 'server',
      host: '',
      port: String(port),
      datamode: 'stream',
      datatype: cut === 'line' ? 'utf8' : 'buffer',
      newline: cut === 'line' ? '\\n' : '',
      trim: false,
      wires: [[next]],
    },
    { id: ANSWER, type: 'tcp out', z: TAB.id, beserver: 'reply', wires: [] },
  ];
}

export function code(id: string, source: string, next: string): FlowNode {
  return { id, type: 'function', z: TAB.id, func: source, outputs: 1, wires: [[next]] };
}

/** The floor of any flow that answers: a line in, a function, a line out. */
export function bareFlow(port: number): FlowNode[] {
  return [
    TAB,
    ...tcp(port, 'b0000000000000b1'),
    code('b0000000000000b1', "msg.payload = 'OK ' + msg.payload + '\\n'; return msg;", ANSWER),
  ];
}

/** The flow that integrators write today: a look-up, a function that decides, an insert, the answer. */
export function todaysFlow(port: number, database: string): FlowNode[] {
  const sqlite = (id: string, next: string): FlowNode => ({
    id,
    type: 'sqlite',
    z: TAB.id,
    mydb: 'b0000000000000d1',
    sqlquery: 'msg.topic',
    sql: '',
    wires: [[next]],
  });
  return [
    TAB,
    { id: 'b0000000000000d1', type: 'sqlitedb', db: database, mode: 'RWC' },
    ...tcp(port, 'b0000000000000b1'),
    code(
      'b0000000000000b1',
      `msg.card = String(msg.payload).trim();
msg.topic = 'SELECT p.id, p.valid_to, r.days, r.from_minute, r.to_minute FROM card c JOIN person p ON p.id = c.person'
  + ' JOIN access_right r ON r.grp = p.grp WHERE c.value = $1';
msg.payload = [msg.card];
return msg;`,
      'b0000000000000b2',
    ),
    sqlite('b0000000000000b2', 'b0000000000000b3'),
    code(
      'b0000000000000b3',
      `const now = new Date();
const minute = now.getHours() * 60 + now.getMinutes();
const day = 1 << now.getDay();
msg.ok = msg.payload.some((row) => row.valid_to > Date.now() && (row.days & day) && minute >= row.from_minute && minute < row.to_minute);
msg.topic = 'INSERT INTO log (at, card, ok) VALUES ($1, $2, $3)';
msg.payload = [Date.now(), msg.card, msg.ok ? 1 : 0];
return msg;`,
      'b0000000000000b4',
    ),
    sqlite('b0000000000000b4', 'b0000000000000b5'),
    code(
      'b0000000000000b5',
      "msg.payload = (msg.ok ? 'OK ' : 'NO ') + msg.card + '\\n'; return msg;",
      ANSWER,
    ),
  ];
}

/** The same people for today's flow. */
export function fillTodaysDatabase(file: string, cards: readonly string[], journal: string): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode=${journal};
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, grp INTEGER, valid_to INTEGER);
    CREATE TABLE card (value TEXT PRIMARY KEY, person INTEGER);
    CREATE TABLE access_right (grp INTEGER, days INTEGER, from_minute INTEGER, to_minute INTEGER);
    CREATE INDEX right_grp ON access_right (grp);
    CREATE TABLE log (id INTEGER PRIMARY KEY, at INTEGER, card TEXT, ok INTEGER);
    BEGIN`);
  const person = database.prepare('INSERT INTO person VALUES (?, ?, ?, ?)');
  const card = database.prepare('INSERT INTO card VALUES (?, ?)');
  for (const [index, value] of cards.entries()) {
    person.run(index, `Person ${index}`, index % 300, 9_000_000_000_000);
    card.run(value, index);
  }
  const right = database.prepare('INSERT INTO access_right VALUES (?, 127, 0, 1440)');
  for (let group = 0; group < 300; group++) right.run(group);
  database.exec('COMMIT');
  database.close();
}
