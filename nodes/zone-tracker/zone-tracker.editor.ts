import { ask, fieldText, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import { numberIn } from '../../lib/editor/validate.ts';

interface ZoneTrackerProperties {
  name: string;
  site: string;
  shown: string;
  scope: string;
  scopeType: string;
  shares: boolean;
  gateway: string;
  peers: string;
  heartbeat: number;
  limit: number;
}

interface ZoneState {
  id: string;
  name: string;
  parent?: string;
  people: number;
  limit?: number;
}

type Edited = EditedNode<ZoneTrackerProperties>;

const PORTS = ['common.port.result', 'common.port.events', 'common.port.faults'];
const LIVE = '#gatewire-zone-tracker-live';
/** Milliseconds between two looks. */
const PERIOD = 2000;

let timer: number | undefined;

RED.nodes.registerType<ZoneTrackerProperties>('gatewire-zone-tracker', {
  category: CATEGORY,
  color: TINT.record,
  icon: 'gatewire-zone-tracker.svg',
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    shown: { value: '' },
    scope: { value: '' },
    scopeType: { value: 'str' },
    shares: { value: false },
    gateway: { value: '' },
    peers: { value: '' },
    heartbeat: { value: 5, validate: numberIn(1, 600) },
    limit: { value: 15, validate: numberIn(1, 3600) },
  },
  inputs: 1,
  outputs: 4,
  paletteLabel() {
    return this._('zone-tracker.label.type');
  },
  label() {
    return this.name || this._('zone-tracker.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('zone-tracker.port.input');
  },
  outputLabels(index) {
    return this._(PORTS[index] ?? 'zone-tracker.port.gateways');
  },
  oneditprepare() {
    $('#node-input-scope').typedInput({
      default: 'str',
      types: ['str', 'msg', 'flow', 'global', 'jsonata', 'env'],
      typeField: '#node-input-scopeType',
    });
    showWhen('#gatewire-zone-tracker-sharing', ['#node-input-shares'], () =>
      $('#node-input-shares').is(':checked'),
    );
    timer = window.setInterval(() => void look(this), PERIOD);
    void look(this);
  },
  oneditsave: stop,
  oneditcancel: stop,
});

function stop(): void {
  window.clearInterval(timer);
}

/** Shows the zones of the running site and how many people are in each. */
async function look(node: Edited): Promise<void> {
  const site = fieldText('#node-input-site');
  const zones = await ask<ZoneState[]>(`sites/${site}/zones`).catch(() => undefined);
  if (zones === undefined) $(LIVE).text(node._('common.error.unreachable'));
  else if (zones.length === 0) $(LIVE).text(node._('zone-tracker.live.none'));
  else
    $(LIVE)
      .empty()
      .append(listBelow(node, zones, undefined));
}

/** The zones that lie in one, or the outermost ones. A parent that does not exist counts as none. */
function listBelow(node: Edited, zones: readonly ZoneState[], parent: string | undefined): JQuery {
  const list = $('<ul style="margin: 0 0 0 18px">');
  const ids = new Set(zones.map(({ id }) => id));
  for (const zone of zones) {
    const above = zone.parent !== undefined && ids.has(zone.parent) ? zone.parent : undefined;
    if (above !== parent) continue;
    list.append(lineOf(node, zone), listBelow(node, zones, zone.id));
  }
  return list;
}

function lineOf(node: Edited, { id, name, people, limit }: ZoneState): JQuery {
  const key = limit === undefined ? 'zone-tracker.live.people' : 'zone-tracker.live.limited';
  const count = node._(key, { people, limit: limit ?? 0 });
  return $('<li>').text(`${name === id ? id : `${name} (${id})`}: ${count}`);
}
