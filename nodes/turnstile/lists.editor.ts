import { ask, fieldText } from '../../lib/editor/dialog.ts';
import { SIGNALS, type InputEntry, type ScheduleEntry } from './turnstile.choices.ts';

interface Translates {
  _(key: string): string;
}

const INPUTS = '#node-input-inputMap-list';
const SCHEDULES = '#node-input-schedules-list';
const OFFERED = 'gatewire-turnstile-schedules';
const MODES = ['unlocked', 'blocked', 'locked'] as const;
const WAYS = ['', 'in', 'out'] as const;

/** Which place of the array of inputs is which sensor. */
export function inputList(node: Translates, entries: readonly InputEntry[]): void {
  $(INPUTS).editableList({
    addButton: node._('turnstile.label.addInput'),
    removable: true,
    sortable: true,
    height: 'auto',
    addItem(row: JQuery, position: number, entry: Partial<InputEntry>) {
      const index = $('<input type="text" class="gatewire-index" style="width:15%">')
        .attr('aria-label', node._('turnstile.label.index'))
        .val(String(entry.index ?? position));
      const sensor = select('gatewire-sensor', '45%').attr(
        'aria-label',
        node._('turnstile.label.sensor'),
      );
      for (const name of SIGNALS) option(sensor, name, node._(`turnstile.sensor.${name}`));
      sensor.val(entry.sensor ?? 'contact');
      const inverted = $('<input type="checkbox" class="gatewire-inverted">')
        .css({ width: 'auto', margin: '0 4px 0 8px' })
        .prop('checked', entry.inverted === true);
      const label = $('<label style="display:inline;width:auto">').append(
        inverted,
        document.createTextNode(node._('turnstile.label.inverted')),
      );
      row.append(index, sensor, label);
    },
  });
  for (const entry of entries) $(INPUTS).editableList('addItem', entry);
}

export function savedInputs(): InputEntry[] {
  return rows(INPUTS).flatMap((row) => {
    const index = Number(valueIn(row, '.gatewire-index'));
    const sensor = SIGNALS.find((name) => name === valueIn(row, '.gatewire-sensor'));
    if (!Number.isInteger(index) || index < 0 || sensor === undefined) return [];
    return [{ index, sensor, inverted: row.find('.gatewire-inverted').is(':checked') }];
  });
}

/** Which mode holds during which schedule. */
export function scheduleList(node: Translates, entries: readonly ScheduleEntry[]): void {
  $(SCHEDULES).editableList({
    addButton: node._('turnstile.label.addSchedule'),
    removable: true,
    sortable: true,
    height: 'auto',
    addItem(row: JQuery, _position: number, entry: Partial<ScheduleEntry>) {
      const schedule = $('<input type="text" class="gatewire-schedule" style="width:38%">')
        .attr({ list: OFFERED, placeholder: node._('turnstile.placeholder.schedule') })
        .val(entry.schedule ?? '');
      const mode = select('gatewire-mode', '30%');
      for (const name of MODES) option(mode, name, node._(`turnstile.mode.${name}`));
      mode.val(entry.mode ?? 'unlocked');
      const way = select('gatewire-way', '26%');
      for (const name of WAYS) option(way, name, node._(`turnstile.way.${name || 'both'}`));
      way.val(entry.direction ?? '');
      row.append(schedule, mode, way);
    },
  });
  for (const entry of entries) $(SCHEDULES).editableList('addItem', entry);
}

export function savedSchedules(): ScheduleEntry[] {
  return rows(SCHEDULES)
    .map((row) => ({
      schedule: valueIn(row, '.gatewire-schedule'),
      mode: MODES.find((name) => name === valueIn(row, '.gatewire-mode')) ?? 'locked',
      direction: WAYS.find((name) => name === valueIn(row, '.gatewire-way')) ?? '',
    }))
    .filter(({ schedule }) => schedule !== '');
}

/** Offers the schedules of the site that the chosen access points belong to. */
export async function offerSchedules(accessPoints: readonly string[]): Promise<void> {
  const list = $(`#${OFFERED}`).empty();
  const [site] = accessPoints
    .map((field) => RED.nodes.node(fieldText(field))?.site)
    .filter((id) => typeof id === 'string');
  if (site === undefined) return;
  try {
    const schedules = await ask<{ id: string; name: string }[]>(`sites/${site}/schedules`);
    for (const { id, name } of schedules) option(list, id, name);
  } catch {
    // The site is not deployed yet: nothing to offer.
  }
}

function rows(list: string): JQuery[] {
  return $(list)
    .editableList('items')
    .toArray()
    .map((element) => $(element));
}

function valueIn(row: JQuery, selector: string): string {
  const value = row.find(selector).val();
  return typeof value === 'string' ? value.trim() : '';
}

function select(name: string, width: string): JQuery {
  return $('<select style="margin-left:6px">').addClass(name).css('width', width);
}

function option(parent: JQuery, value: string, label: string): void {
  parent.append($('<option>').val(value).text(label));
}
