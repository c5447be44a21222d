import type { MatchRules } from '../decision.ts';
import { svgOf } from '../evaluation/plot.ts';
import type { Calibration } from './calibrate.ts';

/** The curve of a calibration as an SVG picture, with the thresholds of the models and of the site. */
export function calibrationPicture(calibration: Calibration, models: MatchRules): string {
  const { curve, comparisons, rules } = calibration;
  return svgOf({
    title: 'How alike different people of this site are',
    x: { label: 'threshold', from: -0.2, to: 1 },
    y: { label: 'share that would match', from: 1e-7, to: 1, log: true },
    lines: [
      {
        label: `${comparisons} comparisons`,
        points: curve.map(({ threshold, share }) => [threshold, share] as const),
      },
    ],
    marks: [
      { label: `1:1, models ${models.thresholds.verify}`, x: models.thresholds.verify },
      { label: `1:1, site ${rules.thresholds.verify}`, x: rules.thresholds.verify },
      { label: `1:N, site ${rules.thresholds.identify}`, x: rules.thresholds.identify },
    ],
  });
}
