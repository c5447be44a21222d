import { fieldText, fillSelect, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import { numberIn, required } from '../../lib/editor/validate.ts';
import { KINDS, PASSAGE_KINDS } from '../../lib/devices/passage/kinds.ts';
import {
  inputList,
  offerSchedules,
  savedInputs,
  savedSchedules,
  scheduleList,
} from './lists.editor.ts';
import { LiveView } from './live-view.editor.ts';
import type { InputEntry, ScheduleEntry } from './turnstile.choices.ts';

interface TurnstileProperties {
  name: string;
  accessPointIn: string;
  accessPointOut: string;
  kind: string;
  control: string;
  pulseTime: number | string;
  releaseTime: number | string;
  openTime: number | string;
  preAlarmTime: number | string;
  extendedTime: number | string;
  relockDelay: number | string;
  waitingTime: number | string;
  tailgateTime: number | string;
  loiteringTime: number | string;
  queueLength: number | string;
  interlock: string;
  interlockMaxOpen: number | string;
  interlockWait: number | string;
  group: string;
  onFire: string;
  requestToExit: string;
  grantedCountsAsPassed: boolean;
  entrySide: string;
  source: string;
  inputMap: InputEntry[];
  schedules: ScheduleEntry[];
  debounce: number | string;
}

type Edited = EditedNode<TurnstileProperties>;

const PORTS = ['commands', 'passages', 'alarms'];
const KIND = '#node-input-kind';
const ENTRY = '#node-input-accessPointIn';
const EXIT = '#node-input-accessPointOut';
const SECOND = 1000;

let live: LiveView | undefined;

const optionalNumber = (min: number, max: number): ReturnType<typeof numberIn> =>
  numberIn(min, max, { optional: true });

/** One of the two may be left out, but not both. */
function anAccessPoint(this: Edited, value: unknown): boolean | string {
  const isChosen = (id: unknown): boolean => typeof id === 'string' && id !== '' && id !== '_ADD_';
  const { accessPointIn, accessPointOut } = this;
  return (
    [value, accessPointIn, accessPointOut].some(isChosen) || this._('turnstile.error.accessPoint')
  );
}

function stopLiveView(): void {
  live?.stop();
  live = undefined;
}

RED.nodes.registerType<TurnstileProperties>('gatewire-turnstile', {
  category: CATEGORY,
  color: TINT.actuator,
  icon: 'gatewire-turnstile.svg',
  defaults: {
    name: { value: '' },
    accessPointIn: {
      value: '',
      type: 'gatewire-access-point',
      required: false,
      validate: anAccessPoint,
    },
    accessPointOut: { value: '', type: 'gatewire-access-point', required: false },
    kind: { value: 'door', validate: required },
    control: { value: 'level', validate: required },
    pulseTime: { value: 0.5, validate: numberIn(0.1, 10) },
    releaseTime: { value: 5, validate: numberIn(0.5, 600) },
    openTime: { value: 20, validate: numberIn(1, 3600) },
    preAlarmTime: { value: 5, validate: numberIn(0, 3600) },
    extendedTime: { value: 10, validate: numberIn(0, 300) },
    relockDelay: { value: 0.5, validate: numberIn(0, 10) },
    waitingTime: { value: '', validate: optionalNumber(0.5, 250) },
    tailgateTime: { value: 1, validate: numberIn(0, 10) },
    loiteringTime: { value: '', validate: optionalNumber(1, 300) },
    queueLength: { value: '', validate: optionalNumber(0, 20) },
    interlock: {
      value: '',
      validate(value) {
        return this.kind !== 'mantrap' || required.call(this, value);
      },
    },
    interlockMaxOpen: { value: 1, validate: numberIn(1, 30) },
    interlockWait: { value: 0, validate: numberIn(0, 10) },
    group: { value: '' },
    onFire: { value: 'release', validate: required },
    requestToExit: { value: 'unlock', validate: required },
    grantedCountsAsPassed: { value: false },
    entrySide: { value: 'A', validate: required },
    source: { value: 'payload', validate: required },
    inputMap: { value: [] },
    schedules: { value: [] },
    debounce: { value: 50, validate: numberIn(0, 2000) },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('turnstile.label.type');
  },
  label() {
    const kind = PASSAGE_KINDS.find((each) => each === this.kind);
    return this.name || this._(kind ? `turnstile.kind.${kind}` : 'turnstile.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('turnstile.port.input');
  },
  outputLabels(index) {
    return this._(`turnstile.port.${PORTS[index] ?? 'alarms'}`);
  },
  oneditprepare() {
    fillSelect(
      KIND,
      PASSAGE_KINDS.map((kind) => [kind, this._(`turnstile.kind.${kind}`)] as const),
      this.kind,
    );
    showRows();
    $('#node-input-source').typedInput({ default: 'msg', types: ['msg'] });
    inputList(this, this.inputMap);
    scheduleList(this, this.schedules);
    $(`${ENTRY}, ${EXIT}`).on('change', () => void offerSchedules([ENTRY, EXIT]));
    foldable('#gatewire-turnstile-advanced-head', '#gatewire-turnstile-advanced');
    live = new LiveView(this);
  },
  oneditsave() {
    this.inputMap = savedInputs();
    this.schedules = savedSchedules();
    stopLiveView();
  },
  oneditcancel: stopLiveView,
});

/** Shows what the kind has use for, and what an empty field means for it. */
function showRows(): void {
  const traits = (): (typeof KINDS)['door'] | undefined => {
    const kind = PASSAGE_KINDS.find((each) => each === fieldText(KIND));
    return kind && KINDS[kind];
  };
  const isPulse = (): boolean => fieldText('#node-input-control') === 'pulse';
  showWhen('.gatewire-turnstile-door', [KIND], () => traits()?.shape === 'door');
  showWhen('.gatewire-turnstile-lane', [KIND], () => traits()?.shape === 'lane');
  showWhen('.gatewire-turnstile-pulse', ['#node-input-control'], isPulse);
  const usual = (): void => {
    const { waitingTime = 0, loiteringTime = 0, queueLength = 0 } = traits() ?? {};
    $('#node-input-waitingTime').attr('placeholder', waitingTime / SECOND);
    $('#node-input-loiteringTime').attr('placeholder', loiteringTime / SECOND);
    $('#node-input-queueLength').attr('placeholder', queueLength);
  };
  $(KIND).on('change', usual);
  usual();
}
