import { ask, fieldText, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import { json, numberIn, required, textLike } from '../../lib/editor/validate.ts';
import { CREDENTIAL_TYPES } from '../../lib/model/credential-types.ts';
import { LEVEL_NAMES, type LevelEntry } from './access-point.levels.ts';

interface AccessPointProperties {
  name: string;
  accessPointId: string;
  site: string;
  direction: string;
  zoneFrom: string;
  zoneTo: string;
  enabled: boolean;
  supports: string[];
  level: string;
  customLevel: string;
  levels: LevelEntry[];
  factorTimeout: number | string;
  grantLife: number | string;
  requestToExit: boolean;
  grantedCountsAsPassed: boolean;
  directionByPosition: boolean;
  releaseRequired: boolean;
}

type Edited = EditedNode<AccessPointProperties>;

const ID = /^[^\s][^]{0,35}$/;
const DIRECTION = '#node-config-input-direction';
const LIST = '#node-config-input-levels-list';
const SCHEDULES = 'gatewire-access-point-schedules';

RED.nodes.registerType<AccessPointProperties>('gatewire-access-point', {
  category: 'config',
  color: TINT.config,
  defaults: {
    name: { value: '' },
    accessPointId: { value: '', validate: textLike(ID) },
    site: { value: '', type: 'gatewire-site', required: true },
    direction: { value: 'in', validate: required },
    zoneFrom: { value: '' },
    zoneTo: { value: '' },
    enabled: { value: true },
    supports: {
      value: ['card', 'pin', 'qr'],
      validate: (value) => Array.isArray(value) && value.length > 0,
    },
    level: { value: 'any', validate: required },
    customLevel: { value: '', validate: json },
    levels: { value: [] },
    factorTimeout: { value: 10, validate: numberIn(1, 60) },
    grantLife: { value: 5, validate: numberIn(0.5, 10) },
    requestToExit: { value: false },
    grantedCountsAsPassed: { value: false },
    directionByPosition: { value: false },
    releaseRequired: { value: false },
  },
  paletteLabel() {
    return this._('access-point.label.type');
  },
  label() {
    return this.name || this.accessPointId || this._('access-point.label.type');
  },
  oneditprepare() {
    showTypes(this);
    showLevels(this);
    void offerSchedules();
    const custom = (): void => {
      $('#gatewire-access-point-custom').toggle(fieldText('#node-config-input-level') === 'custom');
    };
    $('#node-config-input-level').on('change', custom);
    custom();
    showWhen('#gatewire-access-point-release', [DIRECTION], () => fieldText(DIRECTION) === 'out');
    foldable('#gatewire-access-point-advanced-head', '#gatewire-access-point-advanced');
  },
  oneditsave() {
    this.supports = CREDENTIAL_TYPES.filter((type) =>
      $(`#gatewire-access-point-type-${type}`).is(':checked'),
    );
    this.levels = savedLevels();
  },
});

function showTypes(node: Edited): void {
  const box = $('#gatewire-access-point-types').empty();
  for (const type of CREDENTIAL_TYPES) {
    const id = `gatewire-access-point-type-${type}`;
    const input = $('<input type="checkbox" style="width:auto;margin:0 6px 0 0">')
      .attr('id', id)
      .prop('checked', node.supports.includes(type));
    const label = $('<label style="width:auto;display:inline-block;margin-right:14px">')
      .attr('for', id)
      .append(input)
      .append(document.createTextNode(node._(`access-point.type.${type}`)));
    box.append(label);
  }
}

function showLevels(node: Edited): void {
  $(LIST).editableList({
    addButton: node._('access-point.label.addLevel'),
    removable: true,
    sortable: true,
    height: 'auto',
    addItem(row: JQuery, _index: number, entry: Partial<LevelEntry>) {
      const schedule = $('<input type="text" class="gatewire-schedule" style="width:45%">')
        .attr({ list: SCHEDULES, placeholder: node._('access-point.placeholder.schedule') })
        .val(entry.schedule ?? '');
      const level = $('<select class="gatewire-level" style="width:48%;margin-left:6px">');
      for (const name of LEVEL_NAMES.filter((each) => each !== 'custom')) {
        level.append(
          $('<option>')
            .val(name)
            .text(node._(`access-point.level.${name}`)),
        );
      }
      level.val(entry.level ?? 'cardAndPin');
      row.append(schedule, level);
    },
  });
  for (const entry of node.levels) $(LIST).editableList('addItem', entry);
}

function savedLevels(): LevelEntry[] {
  const text = (row: JQuery, selector: string): string => {
    const value = row.find(selector).val();
    return typeof value === 'string' ? value.trim() : '';
  };
  return $(LIST)
    .editableList('items')
    .toArray()
    .map((element) => ({
      schedule: text($(element), '.gatewire-schedule'),
      level: LEVEL_NAMES.find((name) => name === text($(element), '.gatewire-level')) ?? 'any',
    }))
    .filter((entry) => entry.schedule !== '');
}

/** Offers the schedules of the running site; one that does not exist yet can be typed in. */
async function offerSchedules(): Promise<void> {
  const list = $(`#${SCHEDULES}`).empty();
  const site = fieldText('#node-config-input-site');
  if (site === '' || site === '_ADD_') return;
  try {
    const schedules = await ask<{ id: string; name: string }[]>(`sites/${site}/schedules`);
    for (const { id, name } of schedules) list.append($('<option>').val(id).text(name));
  } catch {
    // The site is not deployed yet: nothing to offer.
  }
}
