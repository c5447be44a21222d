import { detCurve, scoreCurve } from './curves.ts';
import type { Evaluation } from './evaluate.ts';
import { scoresOf } from './scores.ts';

/** The figures as tables in Markdown. */
export function reportOf(evaluation: Evaluation): string {
  const { pictures, people, missed } = evaluation;
  const rows: [string, string][] = [
    ['pictures', String(pictures)],
    ...(people > 0 ? [['people', String(people)] as [string, string]] : []),
    [
      'no face found, or not readable',
      `${missed.length} (${percent(missed.length / Math.max(1, pictures))})`,
    ],
    ...verificationRows(evaluation),
    ...identificationRows(evaluation),
    ...presentationRows(evaluation),
  ];
  const tables = [tableOf([['figure', 'value'], ...rows]), ...livenessTable(evaluation)];
  return tables.join('\n');
}

/** The figures as JSON, without the single scores. */
export function figuresOf(evaluation: Evaluation): string {
  const figure = (name: string, value: unknown): unknown => (name === 'scores' ? undefined : value);
  return JSON.stringify(evaluation, figure, 2);
}

function tableOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

/** Pictures of the curves, by the name of their file. */
export function curvesOf({ verification, presentation }: Evaluation): Map<string, string> {
  const curves = new Map<string, string>();
  if (verification !== undefined) {
    const { scores, equalErrorThreshold: x } = verification;
    curves.set('det.svg', detCurve('Verification: both errors', scores));
    curves.set(
      'scores.svg',
      scoreCurve('Verification: errors by threshold', scores, [{ label: 'equal error', x }]),
    );
  }
  if (presentation !== undefined) {
    const ofLive = (isLive: boolean): number[] =>
      presentation.scores
        .filter(({ attack }) => (attack === undefined) === isLive)
        .map(({ score }) => score);
    curves.set(
      'liveness.svg',
      detCurve(
        'Liveness: attacks taken for live, live people refused',
        scoresOf(ofLive(true), ofLive(false)),
      ),
    );
  }
  return curves;
}

function verificationRows({ verification }: Evaluation): [string, string][] {
  if (verification === undefined) return [];
  const { genuine, impostor, equalErrorRate, equalErrorThreshold, trueAccept, tenFold } =
    verification;
  return [
    ['pairs of one person / of two', `${genuine} / ${impostor}`],
    ...(tenFold === undefined
      ? []
      : [
          [
            'accuracy over ten folds',
            `${percent(tenFold.accuracy)} ± ${percent(tenFold.deviation)}`,
          ] as [string, string],
        ]),
    ['equal error rate', `${percent(equalErrorRate)} at ${equalErrorThreshold.toFixed(3)}`],
    ...trueAccept.map(({ falseAccept, threshold, rate }): [string, string] => [
      `true accept at false accept ${falseAccept}`,
      `${percent(rate)} at ${threshold.toFixed(3)}`,
    ]),
  ];
}

function identificationRows({ identification }: Evaluation): [string, string][] {
  if (identification === undefined) return [];
  const { mated, strangers, rankOne, truePositive, inUse } = identification;
  const { low, high } = inUse.within;
  return [
    ['searches for enrolled people / strangers', `${mated} / ${strangers}`],
    ['rank 1', percent(rankOne)],
    [`enrolled people found at ${inUse.threshold}`, percent(inUse.truePositive)],
    [
      `strangers taken for somebody at ${inUse.threshold}`,
      `${percent(inUse.falsePositive)} (at 95 %: ${percent(low)} to ${percent(high)})`,
    ],
    ...truePositive.map(({ falsePositive, threshold, rate }): [string, string] => [
      `true positive at false positive ${falsePositive}`,
      `${percent(rate)} at ${threshold.toFixed(3)}`,
    ]),
  ];
}

function presentationRows({ presentation }: Evaluation): [string, string][] {
  if (presentation === undefined) return [];
  return [['equal error rate of liveness, all attacks', percent(presentation.equalErrorRate)]];
}

/** One row for each kind of attack, and never one number for all. */
function livenessTable({ presentation }: Evaluation): string[] {
  if (presentation === undefined) return [];
  const { thresholds, live, attacks } = presentation;
  const table = tableOf([
    ['share of errors, if a face is live from', 'pictures', ...thresholds.map(String)],
    ['live people refused (BPCER)', String(live.count), ...live.bpcer.map(percent)],
    ...attacks.map(({ kind, count, apcer }) => [
      `${kind} taken for live (APCER)`,
      String(count),
      ...apcer.map(percent),
    ]),
  ]);
  return [table];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}
