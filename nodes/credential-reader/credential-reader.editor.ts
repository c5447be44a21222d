import {
  fieldText,
  fillSelect,
  foldable,
  problemOf,
  showWhen,
  tell,
} from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import { json, numberIn, required } from '../../lib/editor/validate.ts';
import { CONVERSION_IDS } from '../../lib/readers/conversion.ts';
import { PRESETS } from '../../lib/readers/presets.ts';

interface CredentialReaderProperties {
  name: string;
  accessPoint: string;
  readerName: string;
  preset: string;
  form: string;
  conversion: string;
  layouts: string;
  source: string;
  repeatWindow: number | string;
  idleTime: number | string;
}

interface Candidate {
  form: Record<string, unknown>;
  value: string;
  explanation: string;
}

type Edited = EditedNode<CredentialReaderProperties>;

const PORTS = ['result', 'events', 'faults'];
const RESULT = '#gatewire-learn-result';

RED.nodes.registerType<CredentialReaderProperties>('gatewire-credential-reader', {
  category: CATEGORY,
  color: TINT.reader,
  icon: 'gatewire-credential-reader.svg',
  defaults: {
    name: { value: '' },
    accessPoint: { value: '', type: 'gatewire-access-point', required: true },
    readerName: { value: '' },
    preset: { value: 'wiegand', validate: required },
    form: { value: '', validate: json },
    conversion: { value: '' },
    layouts: { value: '', validate: json },
    source: { value: 'payload', validate: required },
    repeatWindow: { value: 2, validate: numberIn(0, 600) },
    idleTime: { value: '', validate: numberIn(10, 10_000, { optional: true }) },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('credential-reader.label.type');
  },
  label() {
    return this.name || this._('credential-reader.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('credential-reader.port.input');
  },
  outputLabels(index) {
    return this._(`common.port.${PORTS[index] ?? 'result'}`);
  },
  oneditprepare() {
    const presets = [...PRESETS.map(({ id }) => id), 'custom'];
    fillSelect(
      '#node-input-preset',
      presets.map((id) => [id, this._(`credential-reader.preset.${id}`)] as const),
      this.preset,
    );
    fillSelect(
      '#node-input-conversion',
      ['', ...CONVERSION_IDS].map(
        (id) => [id, this._(`credential-reader.conversion.${id || 'none'}`)] as const,
      ),
      this.conversion,
    );
    $('#node-input-source').typedInput({ default: 'msg', types: ['msg'] });
    const preset = (): string => fieldText('#node-input-preset');
    showWhen('.gatewire-reader-custom', ['#node-input-preset'], () => preset() === 'custom');
    showWhen('.gatewire-reader-layouts', ['#node-input-preset'], () =>
      preset().startsWith('wiegand'),
    );
    foldable('#gatewire-reader-advanced-head', '#gatewire-reader-advanced');
    prepareLearning(this);
  },
});

function prepareLearning(node: Edited): void {
  const run = (action: string, show: (answer: unknown) => void): void => {
    const body = { printed: fieldText('#gatewire-learn-printed') };
    tell(`readers/${node.id}/learn/${action}`, body).then(show, (error: unknown) => {
      say(problemOf(error) ?? node._('common.error.unreachable'));
    });
  };
  $('#gatewire-learn-start').on('click', (event) => {
    event.preventDefault();
    run('start', () => {
      say(node._('credential-reader.learn.present'));
    });
  });
  $('#gatewire-learn-answer').on('click', (event) => {
    event.preventDefault();
    run('answer', (answer) => {
      showCandidates(node, answer as Candidate[]);
    });
  });
}

function say(text: string): void {
  $(RESULT).empty().append($('<div>').text(text));
}

function showCandidates(node: Edited, candidates: Candidate[]): void {
  if (candidates.length === 0) {
    say(node._('credential-reader.learn.nothing'));
    return;
  }
  const list = $('<ul style="margin-left:18px">');
  for (const candidate of candidates) {
    const take = $('<a href="#">').text(node._('credential-reader.learn.take'));
    take.on('click', (event) => {
      event.preventDefault();
      apply(node, candidate);
    });
    const text = `${candidate.explanation} (${candidate.value}) `;
    list.append($('<li>').text(text).append(take));
  }
  $(RESULT).empty().append(list);
}

/** The learned form goes into the settings; it counts from the next deploy. */
function apply(node: Edited, { form }: Candidate): void {
  const { conversion, ...rest } = form;
  $('#node-input-form').val(JSON.stringify(rest));
  $('#node-input-conversion').val(typeof conversion === 'string' ? conversion : '');
  $('#node-input-preset').val('custom').trigger('change');
  void tell(`readers/${node.id}/learn/stop`);
  say(node._('credential-reader.learn.taken'));
}
