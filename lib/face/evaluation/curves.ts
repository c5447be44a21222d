import { svgOf } from './plot.ts';
import { errorCurve, type Scores } from './scores.ts';

const LOWEST = 1e-6;

/** What false acceptance costs in false refusal (detection error trade-off), both on powers of ten. */
export function detCurve(title: string, scores: Scores): string {
  const points = errorCurve(scores).map(
    ({ falseMatch, falseNonMatch }) => [falseMatch, falseNonMatch] as const,
  );
  return svgOf({
    title,
    x: { label: 'false match rate', from: lowest(scores.impostor), to: 1, log: true },
    y: { label: 'false non-match rate', from: lowest(scores.genuine), to: 1, log: true },
    lines: [
      { label: `${scores.genuine.length} genuine, ${scores.impostor.length} impostor`, points },
    ],
  });
}

/** Both errors over the threshold. */
export function scoreCurve(
  title: string,
  scores: Scores,
  marks: readonly { label: string; x: number }[] = [],
): string {
  const points = errorCurve(scores);
  return svgOf({
    title,
    x: { label: 'threshold', from: -0.2, to: 1 },
    y: {
      label: 'share',
      from: Math.min(lowest(scores.impostor), lowest(scores.genuine)),
      to: 1,
      log: true,
    },
    lines: [
      { label: 'false match', points: points.map((point) => [point.threshold, point.falseMatch]) },
      {
        label: 'false non-match',
        points: points.map((point) => [point.threshold, point.falseNonMatch]),
      },
    ],
    marks,
  });
}

/** A power of ten below the smallest share that so many scores can show. */
function lowest(scores: Float64Array): number {
  return Math.max(LOWEST, 10 ** Math.floor(Math.log10(1 / Math.max(2, scores.length))));
}
