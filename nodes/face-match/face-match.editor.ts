import { foldable, fieldText, showWhen } from '../../lib/editor/dialog.ts';
import { calibration } from '../../lib/editor/face-calibration.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { numberIn, required } from '../../lib/editor/validate.ts';

interface FaceMatchProperties {
  name: string;
  mode: string;
  site: string;
  accessPoint: string;
  threshold: number | string;
  margin: number | string;
  frames: number | string;
  within: number | string;
  maxAge: number | string;
  liveness: boolean;
  livenessScore: number | string;
  largest: number | string;
  height: number | string;
  alone: boolean;
  readerName: string;
  source: string;
  pictures: string;
  keepPhoto: boolean;
  dispatch: boolean;
  snapshotDays: number | string;
}

const PASSING = ['verify', 'identify'];
const MODE = '#node-input-mode';
/** What the models that come with the package take; the second one among more than 2,000 templates. */
const THRESHOLDS = { verify: '0.45', identify: '0.5 – 0.55' };

RED.nodes.registerType<FaceMatchProperties>('gatewire-face-match', {
  category: CATEGORY,
  color: TINT.reader,
  icon: 'gatewire-face-match.svg',
  defaults: {
    name: { value: '' },
    mode: { value: 'verify', validate: required },
    site: { value: '', type: 'gatewire-site', required: true },
    accessPoint: { value: '', type: 'gatewire-access-point', required: false },
    threshold: { value: '', validate: numberIn(0, 1, { optional: true }) },
    margin: { value: '', validate: numberIn(0, 1, { optional: true }) },
    frames: { value: 1, validate: numberIn(1, 10) },
    within: { value: 3, validate: numberIn(0.5, 30) },
    maxAge: { value: 5, validate: numberIn(0.5, 60) },
    liveness: { value: true },
    livenessScore: { value: '', validate: numberIn(0, 1, { optional: true }) },
    largest: { value: '', validate: numberIn(0, 1, { optional: true }) },
    height: { value: '', validate: numberIn(0, 1000, { optional: true }) },
    alone: { value: true },
    readerName: { value: '' },
    source: { value: 'payload', validate: required },
    pictures: { value: '' },
    keepPhoto: { value: false },
    dispatch: { value: false },
    snapshotDays: { value: 0, validate: numberIn(0, 3650) },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('face-match.label.type');
  },
  label() {
    return this.name || this._('face-match.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('face-match.port.input');
  },
  outputLabels(index) {
    const passing = PASSING.includes(this.mode);
    const ports = passing ? ['match', 'noMatch', 'faults'] : ['done', 'refused', 'faults'];
    return this._(`face-match.port.${ports[index] ?? 'faults'}`);
  },
  oneditprepare() {
    $('#node-input-source').typedInput({ default: 'msg', types: ['msg'] });
    const mode = (): string => fieldText(MODE);
    const isPassing = (): boolean => PASSING.includes(mode());
    const isLively = (): boolean => $('#node-input-liveness').is(':checked');
    showWhen('.gatewire-face-passing', [MODE], isPassing);
    showWhen('.gatewire-face-many', [MODE], () => mode() === 'identify');
    showWhen('.gatewire-face-enrol', [MODE], () => mode() === 'enrol');
    const showThreshold = (): void => {
      const shown = mode() === 'identify' ? THRESHOLDS.identify : THRESHOLDS.verify;
      $('#node-input-threshold').attr('placeholder', shown);
    };
    $(MODE).on('change', showThreshold);
    showThreshold();
    showWhen('.gatewire-face-live', ['#node-input-liveness'], isLively);
    calibration('#gatewire-face-calibrate', '#gatewire-face-calibration', {
      done: this._('face-match.tip.calibrated'),
      failed: this._('face-match.tip.notCalibrated'),
    });
    foldable('#gatewire-face-advanced-head', '#gatewire-face-advanced');
  },
});
