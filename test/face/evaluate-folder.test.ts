import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { evaluate } from '../../lib/face/evaluation/evaluate.ts';
import { readPairs, readPeople, readPresentations } from '../../lib/face/evaluation/pictures.ts';
import { readPgm } from '../../lib/face/evaluation/pgm.ts';
import { svgOf } from '../../lib/face/evaluation/plot.ts';
import { curvesOf, figuresOf, reportOf } from '../../lib/face/evaluation/report.ts';
import type { FaceFindings } from '../../lib/face/face.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { modelOf, normalised } from './support.ts';

describe('face evaluation of a folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => {
    removeFolder(folder);
  });

  function write(file: string, content: string | Uint8Array = ''): void {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }

  /** A service that sees in a picture what is written in it: numbers of a vector, and how live it looks. */
  const service = {
    describe: async () =>
      Promise.resolve({
        model: modelOf(3),
        thresholds: { verify: 0, identify: 0, identifyMany: 0 },
        margin: 0,
        untuned: [],
      }),
    analyse: async ({ picture }: { picture: Uint8Array }): Promise<FaceFindings> => {
      const [text = '', liveness] = Buffer.from(picture).toString().split('|');
      const nothing = { width: 1, height: 1, faces: [], flaws: [], timings: {} };
      if (text === 'nobody') return Promise.resolve({ ...nothing, flaws: ['noFace'] });
      const vector = normalised(text.split(' ').map(Number));
      return Promise.resolve({
        ...nothing,
        vector,
        ...(liveness !== undefined && { liveness: Number(liveness) }),
      });
    },
  };

  it('reads a folder of people in the order of the numbers in the names', async () => {
    for (const file of ['b/10.pgm', 'b/2.pgm', 'a/x.JPG', 'a/notes.txt', 'readme.md']) write(file);
    assert.deepEqual(await readPeople(folder), [
      { name: 'a', files: ['a/x.JPG'] },
      { name: 'b', files: ['b/2.pgm', 'b/10.pgm'] },
    ]);
  });

  it('reads the pairs of LFW', () => {
    const pairs = readPairs('2\t1\nAnn_B\t1\t12\nAnn_B\t1\tCarl\t3\nDan\t2\t3\nDan\t2\tAnn_B\t1\n');
    assert.deepEqual(pairs[0], {
      one: 'Ann_B/Ann_B_0001.jpg',
      other: 'Ann_B/Ann_B_0012.jpg',
      same: true,
      fold: 1,
    });
    assert.deepEqual(pairs[1], {
      one: 'Ann_B/Ann_B_0001.jpg',
      other: 'Carl/Carl_0003.jpg',
      same: false,
      fold: 1,
    });
    assert.deepEqual(
      pairs.map(({ fold }) => fold),
      [1, 1, 2, 2],
    );
    assert.throws(() => readPairs('2\t1\nAnn_B\t1\t12\n'), { code: 'INPUT_INVALID' });
    assert.throws(() => readPairs('1\nAnn_B\nDan 1 2\n'), { code: 'INPUT_INVALID' });
  });

  it('reads the test lists of NUAA', async () => {
    assert.equal(await readPresentations(folder), undefined);
    write('ClientRaw/0001/a.jpg');
    write('ImposterRaw/0001/b.jpg');
    write('ImposterRaw/0001/c.jpg');
    write('client_test_raw.txt', '0001\\a.jpg\r\n');
    assert.deepEqual(await readPresentations(folder), {
      live: ['ClientRaw/0001/a.jpg'],
      attacks: [{ kind: 'print', files: ['ImposterRaw/0001/b.jpg', 'ImposterRaw/0001/c.jpg'] }],
    });
  });

  it('reads a PGM, comments and all, and refuses half of one', () => {
    const whole = Buffer.concat([
      Buffer.from('P5\n# made by hand\n2 2\n255\n'),
      Buffer.of(1, 2, 3, 4),
    ]);
    assert.deepEqual(readPgm(whole), { width: 2, height: 2, data: Buffer.of(1, 2, 3, 4) });
    assert.throws(() => readPgm(whole.subarray(0, -1)), { code: 'INPUT_INVALID' });
    assert.throws(() => readPgm(Buffer.from('P6\n2 2\n255\n')), { code: 'INPUT_INVALID' });
  });

  it('measures a folder of people from the pictures to the table', async () => {
    for (const [at, name] of ['a', 'b', 'c', 'd'].entries()) {
      const axis = [0, 1, 2].map((value) => (value === at % 3 ? 1 : 0.1));
      write(`${name}/1.png`, axis.join(' '));
      write(`${name}/2.png`, axis.map((value) => value + 0.05).join(' '));
    }
    write('a/3.png', 'nobody');
    const evaluation = await evaluate({ service, folder });
    assert.deepEqual([evaluation.pictures, evaluation.people, evaluation.missed.length], [9, 4, 1]);
    assert.equal(evaluation.verification?.genuine, 4);
    assert.equal(evaluation.verification.impostor, 24);
    assert.equal(evaluation.identification?.rankOne, 1);
    assert.deepEqual(
      [evaluation.identification.mated, evaluation.identification.strangers],
      [3, 2],
    );
    const report = reportOf(evaluation);
    assert.match(report, /\| pairs of one person \/ of two \| 4 \/ 24 \|/);
    assert.match(report, /\| no face found, or not readable \| 1 \(11.11 %\) \|/);
    assert.deepEqual([...curvesOf(evaluation).keys()], ['det.svg', 'scores.svg']);
  });

  it('counts a listed pair of which one picture shows no face as no match', async () => {
    write('A/A_0001.jpg', '1 0 0');
    write('A/A_0002.jpg', 'nobody');
    write('B/B_0001.jpg', '0 1 0');
    write('pairs.txt', '1\nA 1 2\nA 1 B 1\n');
    const { verification } = await evaluate({
      service,
      folder,
      pairs: path.join(folder, 'pairs.txt'),
    });
    assert.deepEqual([...(verification?.scores.genuine ?? [])], [-1]);
  });

  it('reads a folder of live people and one for each kind of attack', async () => {
    for (const file of ['live/b.jpg', 'live/a/1.jpg', 'attacks/print/2.png', 'attacks/phone/1.jpg'])
      write(file);
    write('attacks/notes.txt');
    assert.deepEqual(await readPresentations(folder), {
      live: ['live/a/1.jpg', 'live/b.jpg'],
      attacks: [
        { kind: 'phone', files: ['attacks/phone/1.jpg'] },
        { kind: 'print', files: ['attacks/print/2.png'] },
      ],
    });
  });

  it('measures liveness for each kind of attack at several thresholds', async () => {
    write('live/1.jpg', '1 0 0|0.95');
    write('live/2.jpg', '1 0 0|0.85');
    write('attacks/print/1.jpg', '1 0 0|0.1');
    write('attacks/phone/1.jpg', '1 0 0|0.75');
    write('attacks/phone/2.jpg', 'nobody');
    const evaluation = await evaluate({ service, folder });
    const report = reportOf(evaluation);
    const row = (name: string): string | undefined =>
      report.split('\n').find((line) => line.includes(name));
    assert.match(row('live from') ?? '', /0\.5 \| 0\.7 \| 0\.8 \| 0\.9 \| 0\.95 \|$/);
    assert.match(row('BPCER') ?? '', /\| 2 \|( 0\.00 % \|){3} 50\.00 % \| 50\.00 % \|/);
    assert.match(row('print') ?? '', /\(APCER\) \| 1 \|( 0\.00 % \|){5}$/);
    assert.match(row('phone') ?? '', /\(APCER\) \| 1 \| 100\.00 % \| 100\.00 % \| 0\.00 %/);
    assert.deepEqual([...curvesOf(evaluation).keys()], ['liveness.svg']);
    assert.deepEqual(JSON.parse(figuresOf(evaluation)), {
      pictures: 5,
      people: 0,
      missed: [{ file: 'attacks/phone/2.jpg', problem: 'noFace' }],
      presentation: {
        thresholds: [0.5, 0.7, 0.8, 0.9, 0.95],
        live: { count: 2, bpcer: [0, 0, 0, 0.5, 0.5] },
        attacks: [
          { kind: 'phone', count: 1, apcer: [1, 1, 0, 0, 0] },
          { kind: 'print', count: 1, apcer: [0, 0, 0, 0, 0] },
        ],
        equalErrorRate: 0,
      },
    });
  });

  it('writes a picture in which nothing can be taken for markup', () => {
    const axis = { label: '<b>&"', from: 0, to: 1 };
    const svg = svgOf({ title: '<script>', x: axis, y: axis, lines: [] });
    assert.ok(!svg.includes('<script>'));
    assert.ok(svg.includes('&lt;b>&amp;&quot;'));
  });
});
