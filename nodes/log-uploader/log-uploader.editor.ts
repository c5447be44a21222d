import { fieldText, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { numberIn } from '../../lib/editor/validate.ts';

interface LogUploaderProperties {
  name: string;
  transport: string;
  link: string;
  site: string;
  gateway: string;
  batch: number | string;
  pictures: boolean;
}

const PORTS = ['log-uploader.port.state', 'common.port.faults', 'log-uploader.port.server'];
const TRANSPORT = '#node-input-transport';

RED.nodes.registerType<LogUploaderProperties>('gatewire-log-uploader', {
  category: CATEGORY,
  color: TINT.record,
  icon: 'gatewire-log-uploader.svg',
  defaults: {
    name: { value: '' },
    transport: { value: 'link' },
    link: { value: '', type: 'gatewire-link', required: false },
    site: { value: '', type: 'gatewire-site', required: false },
    gateway: { value: '' },
    batch: { value: 100, validate: numberIn(1, 500) },
    pictures: { value: true },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('log-uploader.label.type');
  },
  label() {
    return this.name || this._('log-uploader.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('log-uploader.port.input');
  },
  outputLabels(index) {
    return this._(PORTS[index] ?? 'common.port.result');
  },
  oneditprepare() {
    const isLink = (): boolean => fieldText(TRANSPORT) !== 'wired';
    showWhen('#gatewire-log-uploader-link', [TRANSPORT], isLink);
    showWhen('#gatewire-log-uploader-wired', [TRANSPORT], () => !isLink());
    foldable('#gatewire-log-uploader-advanced-head', '#gatewire-log-uploader-advanced');
  },
});
