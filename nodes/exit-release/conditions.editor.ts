import { ask, fieldText, fillSelect, problemOf, tell } from '../../lib/editor/dialog.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import type { Firm as ModelFirm } from '../../lib/model/firm.ts';
import type { DealMark, DealRole, ReleaseCondition } from '../../lib/model/release.ts';
import { BASE_CONDITIONS } from '../../lib/policy/release/conditions.ts';

const MARKS = [
  'goods',
  'documents',
  'payment',
  'permission',
] as const satisfies readonly DealMark[];

type Firm = Pick<ModelFirm, 'id' | 'name' | 'release'>;

/** How many lines a condition may have. */
const GROUPS = 4;

const SITE = '#node-input-site';
const FIRM = '#gatewire-conditions-firm';
const ROLE = '#gatewire-conditions-role';
const BASE_RULE = '#gatewire-conditions-base';
const MINUTES = '#gatewire-conditions-minutes';
const TABLE = '#gatewire-conditions-table';
const SAVE = '#gatewire-conditions-save';
const ANSWER = '#gatewire-conditions-answer';

type Translator = Pick<EditedNode<object>, '_'>;

/** The exit conditions of each firm of the running site, which are changed at once and not by the deploy. */
export function showConditions(node: Translator): void {
  let firms: Firm[] = [];
  const chosen = (): Firm | undefined => firms.find(({ id }) => id === fieldText(FIRM));

  const load = async (): Promise<void> => {
    firms = await ask<Firm[]>(`sites/${fieldText(SITE)}/firms`).catch(() => []);
    const options = firms.map(({ id, name }) => [id, name] as const);
    fillSelect(FIRM, options, firms[0]?.id ?? '');
    $('#gatewire-conditions').toggle(firms.length > 0);
    $('#gatewire-conditions-none').toggle(firms.length === 0);
    show();
  };
  const show = (): void => {
    showCondition(node, chosen()?.release?.[roleChosen()]);
  };

  $(SITE).on('change', () => void load());
  $(`${FIRM}, ${ROLE}`).on('change', show);
  $(BASE_RULE).on('change', () => {
    showCondition(node, isBaseRule() ? undefined : BASE_CONDITIONS[roleChosen()]);
  });
  $(SAVE).on('click', (event) => {
    event.preventDefault();
    const firm = chosen();
    if (firm !== undefined) void save(node, firm);
  });
  void load();
}

function showCondition(node: Translator, own: ReleaseCondition | undefined): void {
  const condition = own ?? BASE_CONDITIONS[roleChosen()];
  $(BASE_RULE).prop('checked', own === undefined);
  $(ANSWER).empty();
  $(MINUTES)
    .val(condition.minutes ?? '')
    .prop('disabled', own === undefined);
  const table = $(TABLE).empty();
  for (let group = 0; group < GROUPS; group++) {
    table.append(groupLine(node, condition.all[group] ?? [], own === undefined));
  }
}

/** One line: any of its marks will do. */
function groupLine(node: Translator, group: readonly DealMark[], isFixed: boolean): JQuery {
  const line = $('<div class="gatewire-conditions-group">');
  for (const mark of MARKS) {
    const box = $('<input type="checkbox" style="width:auto;margin:0 4px 0 0">')
      .val(mark)
      .prop('checked', group.includes(mark))
      .prop('disabled', isFixed);
    const label = $('<label style="width:auto;display:inline-block;margin-right:12px">')
      .append(box)
      .append(document.createTextNode(node._(`exit-release.mark.${mark}`)));
    line.append(label);
  }
  return line;
}

async function save(node: Translator, firm: Firm): Promise<void> {
  const release = { ...firm.release };
  if (isBaseRule()) Reflect.deleteProperty(release, roleChosen());
  else release[roleChosen()] = conditionShown();
  try {
    await tell(`sites/${fieldText(SITE)}/firms/${encodeURIComponent(firm.id)}/release`, release);
    firm.release = release;
    $(ANSWER).text(node._('exit-release.conditions.saved'));
  } catch (error) {
    $(ANSWER).text(problemOf(error) ?? node._('common.error.unreachable'));
  }
}

function conditionShown(): ReleaseCondition {
  const all = $(`${TABLE} .gatewire-conditions-group`)
    .toArray()
    .map((line) => MARKS.filter((mark) => $(line).find(`input[value="${mark}"]`).is(':checked')))
    .filter((group) => group.length > 0);
  const minutes = fieldText(MINUTES);
  return minutes === '' ? { all } : { all, minutes: Number(minutes) };
}

function roleChosen(): DealRole {
  return fieldText(ROLE) === 'supplier' ? 'supplier' : 'buyer';
}

function isBaseRule(): boolean {
  return $(BASE_RULE).is(':checked');
}
