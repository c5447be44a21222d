#!/usr/bin/env node
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate } from '../dist/lib/face/evaluation/evaluate.js';
import { curvesOf, figuresOf, reportOf } from '../dist/lib/face/evaluation/report.js';
import { createFaceService } from '../dist/lib/face/local-service.js';

const USAGE = `Measures how well faces are told apart on a folder of labelled pictures.

  npm run face:eval -- <folder> [pairs file] [--out <folder>] [--models <folder>]

The folder has one folder of pictures for each person (JPEG, PNG or PGM), as LFW and ORL come; the pairs file has
the form of LFW's pairs.txt, and without one every picture is compared with every other.

A folder with the parts live and attacks, with a folder in attacks for each kind, is used for liveness, and so is one
with the parts ClientRaw and ImposterRaw, as NUAA comes.

  --out      where the tables, the figures as JSON and the curves go (default: face-eval)
  --models   models other than those of the package`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'face-eval' },
    models: { type: 'string', default: path.resolve(import.meta.dirname, '..', 'dist', 'models') },
    help: { type: 'boolean' },
  },
});

try {
  await run(values, positionals);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function run({ out, models, help }, [folder, pairs]) {
  if (help || folder === undefined) {
    console.log(USAGE);
    process.exitCode = help ? 0 : 2;
    return;
  }
  const service = await createFaceService(models);
  const evaluation = await evaluate({ service, folder, pairs, progress });
  const report = reportOf(evaluation);
  await mkdir(out, { recursive: true });
  await writeFile(path.join(out, 'report.md'), report);
  await writeFile(path.join(out, 'report.json'), figuresOf(evaluation));
  for (const [name, picture] of curvesOf(evaluation))
    await writeFile(path.join(out, name), picture);
  console.log(report);
  for (const { file, problem } of evaluation.missed.slice(0, 20))
    console.log(`${file}: ${problem}`);
  console.log(`The tables and the curves are in ${out}.`);
}

function progress(done, of) {
  if (done % 500 === 0) console.error(`${done} of ${of} pictures`);
}
