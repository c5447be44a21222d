import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SerialPort } from 'serialport';
import { verifyLog } from '../../lib/engine/store/verify.ts';
import { freePort, startNodeRed, type RunningNodeRed } from '../support/node-red.ts';
import { demoFolder, offlineFlow, type SiteFolder } from '../support/offline-site.ts';
import { needPackages, startPymodbus, type ModbusPeer } from '../support/peers/peers.ts';
import { serialCable, type SerialCable } from '../support/pty.ts';
import { rdm6300 } from '../support/rdm6300.ts';

const ANNA = '0A00B3C4D5';
const BRUNO_LOST = '6A003E3A2C';
const NOBODY = 'DEADBEEF01';

interface LogRow {
  result: string;
  reason: string | null;
  person_id: string | null;
  matched_person_id: string | null;
}

/** A reader on a stream: sends frames, and waits for the lines that it is to show. */
class Reader {
  readonly #write: (bytes: Buffer) => void;
  readonly #lines: string[] = [];
  #rest = '';
  #wake: (() => void) | undefined;

  constructor(stream: NodeJS.ReadableStream, write: (bytes: Buffer) => void) {
    this.#write = write;
    stream.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\r\n');
      this.#rest = lines.pop() ?? '';
      this.#lines.push(...lines);
      this.#wake?.();
    });
  }

  async badge(card: string): Promise<string> {
    this.#write(rdm6300(card));
    return this.#line();
  }

  async #line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe('the offline door, with real parts', function () {
  this.timeout(60_000);
  let board: ModbusPeer;
  let cable: SerialCable;
  let site: SiteFolder;
  let places: { readerPort: number; boardPort: number; serialPort: string };
  let nodeRed: RunningNodeRed;
  let socket: Socket;
  let reader: Reader;

  before(async function () {
    needPackages(this, 'python3-pymodbus', 'python3-serial-asyncio', 'socat');
    board = await startPymodbus('tcp');
    cable = await serialCable();
    site = await demoFolder();
    places = { readerPort: await freePort(), boardPort: board.port, serialPort: cable.gateway };
    await start();
  });

  after(async () => {
    socket.destroy();
    await nodeRed.stop();
    await board.stop();
    await cable.unplug();
    await site.remove();
  });

  async function start(): Promise<void> {
    const flows = await offlineFlow(places);
    nodeRed = await startNodeRed({ flows, userDir: site.userDir });
    await connect();
    await boardIsRead();
  }

  async function connect(): Promise<void> {
    socket = await connected(places.readerPort);
    reader = new Reader(socket, (bytes) => socket.write(bytes));
  }

  /** The relay opens nothing before the board has reported. It has when the safe state is written. */
  async function boardIsRead(): Promise<void> {
    await board.wrote(({ address, on }) => address === 0 && !on);
  }

  const openings = (): number => board.writes.filter(({ on }) => on).length;

  /** Waits until the coil has been switched on for the n-th time, and off after it. */
  async function pulse(number: number): Promise<void> {
    await board.wrote(() => openings() >= number);
    const on = board.writes.findLastIndex((write) => write.on);
    await board.wrote((write) => board.writes.indexOf(write) > on && !write.on);
  }

  /** A badge may come before the first read-back after a start: it is refused then, so try until it opens. */
  async function badgeUntilOpen(number: number): Promise<void> {
    while (openings() < number) {
      await reader.badge(ANNA);
      await Promise.race([
        board.wrote(() => openings() >= number),
        new Promise((resolve) => setTimeout(resolve, 2100)),
      ]);
    }
  }

  function records(): LogRow[] {
    const database = new DatabaseSync(path.join(site.data, 'gateway.db'), { readOnly: true });
    try {
      return database
        .prepare('SELECT result, reason, person_id, matched_person_id FROM access_log ORDER BY seq')
        .all() as unknown as LogRow[];
    } finally {
      database.close();
    }
  }

  it('opens for a card on TCP: an answer, one pulse on the board, one record', async () => {
    await badgeUntilOpen(1);
    await pulse(1);
    assert.equal(openings(), 1);
    const last = records().at(-1);
    assert.equal(last?.result, 'success');
    assert.equal(last.person_id, 'p001');
  });

  it('opens for a card on the serial line, and answers there', async () => {
    const port = new SerialPort({ path: cable.reader, baudRate: 9600 });
    await once(port, 'open');
    const serial = new Reader(port, (bytes) => port.write(bytes));
    assert.equal(await serial.badge(ANNA), 'GRANTED');
    await pulse(2);
    await new Promise<void>((resolve) => {
      port.close(() => {
        resolve();
      });
    });
    assert.equal(openings(), 2);
  });

  it('refuses a lost card and an unknown one, and records who was recognised', async () => {
    assert.equal(await reader.badge(BRUNO_LOST), 'DENIED');
    assert.equal(await reader.badge(NOBODY), 'DENIED');
    const [lost, unknown] = records().slice(-2);
    assert.equal(lost?.result, 'failure');
    assert.equal(lost.reason, 'credentialDisabled');
    assert.equal(lost.person_id, null);
    assert.equal(lost.matched_person_id, 'p002');
    assert.equal(unknown?.result, 'failure');
    assert.equal(unknown.reason, 'unknownCredential');
    assert.equal(unknown.matched_person_id, null);
    assert.equal(openings(), 2);
  });

  it('keeps a log that the verifier accepts while the gateway runs', () => {
    const report = verifyLog(site.data, site.logKey);
    assert.deepEqual(
      report.streams.flatMap(({ problems }) => problems),
      [],
    );
    assert.ok(report.ok);
  });

  it('refuses while the engine is down, and decides again after it was killed', async () => {
    const engine = execFileSync('pgrep', [
      '-P',
      String(nodeRed.process.pid),
      '-f',
      'engine/process',
    ])
      .toString()
      .trim();
    process.kill(Number(engine), 'SIGKILL');
    const answers: string[] = [];
    // Another card each time: the same one again within two seconds is a repeat, and gets no answer.
    for (let attempt = 0; answers.at(-1) !== 'GRANTED'; attempt++) {
      answers.push(await reader.badge(cardOf(attempt)));
      assert.ok(attempt < 100, 'it never came back');
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    assert.ok(answers.slice(0, -1).every((answer) => answer === 'DENIED'));
    await pulse(3);
    assert.equal(openings(), 3);
  });

  it('leaves no output on when it is deployed in the middle of a pulse, and opens nothing by itself', async () => {
    const flows = await offlineFlow(places);
    await badgeUntilOpen(4);
    await nodeRed.deploy(flows, 'full');
    await pulse(4);
    for (let time = 0; time < 3; time++) await nodeRed.deploy(flows, 'full');
    assert.equal(openings(), 4);
    assert.equal(board.writes.at(-1)?.on, false);
    socket.destroy();
    await connect();
  });

  it('switches the output off after Node-RED was killed in the middle of a pulse', async () => {
    await badgeUntilOpen(5);
    nodeRed.process.kill('SIGKILL');
    await once(nodeRed.process, 'exit');
    assert.equal(board.writes.at(-1)?.on, true);
    const before = board.writes.length;
    nodeRed = await startNodeRed({ flows: await offlineFlow(places), userDir: site.userDir });
    await board.wrote((write) => board.writes.indexOf(write) >= before && !write.on);
    assert.equal(openings(), 5);
    await connect();
    const report = verifyLog(site.data, site.logKey);
    assert.ok(report.ok);
  });
});

/** A connection to a server that may still be on its way up after a deploy. */
async function connected(port: number): Promise<Socket> {
  for (;;) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Cards of the office staff, who may always enter: enough of them that none comes again within two seconds. */
const STAFF = [3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];

function cardOf(attempt: number): string {
  const number = STAFF[attempt % STAFF.length] ?? 3;
  return (0x0a00b30000 + number * 0x1357).toString(16).toUpperCase().padStart(10, '0');
}
