import { ask, fieldText, problemOf } from '../../lib/editor/dialog.ts';
import type { EditedNode } from '../../lib/editor/red.ts';

interface Announcement {
  allowed: boolean;
  text: string;
  guardText?: string;
  deals: unknown[];
}

const SITE = '#node-input-site';
const PERSON = '#gatewire-exit-release-person';
const RESULT = '#gatewire-exit-release-answer';

type Translator = Pick<EditedNode<object>, '_'>;

/** May this visitor leave now, and what is missing? Asks the running engine. */
export function showPreview(node: Translator): void {
  $(PERSON).on('input', () => void offerPersons());
  $('#gatewire-exit-release-run').on('click', (event) => {
    event.preventDefault();
    void preview(node);
  });
}

async function offerPersons(): Promise<void> {
  const list = $('#gatewire-exit-release-persons');
  const persons = await ask<{ id: string; name: string }[]>(`sites/${fieldText(SITE)}/persons`, {
    text: fieldText(PERSON),
  }).catch(() => []);
  list.empty();
  for (const { id, name } of persons) list.append($('<option>').val(id).text(name));
}

async function preview(node: Translator): Promise<void> {
  const result = $(RESULT);
  try {
    const answer = await ask<Announcement>(`sites/${fieldText(SITE)}/release`, {
      person: fieldText(PERSON),
    });
    const verdict = $('<div style="font-weight:bold">')
      .css('color', `var(--red-ui-text-color-${answer.allowed ? 'success' : 'error'})`)
      .text(node._(`exit-release.preview.${answer.allowed ? 'yes' : 'no'}`));
    result.empty().append(verdict, $('<div>').text(answer.text));
    if (answer.guardText !== undefined) result.append($('<div>').text(answer.guardText));
  } catch (error) {
    result.text(problemOf(error) ?? node._('common.error.unreachable'));
  }
}
