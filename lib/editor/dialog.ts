/** Small pieces that the dialogs share. */

/** Asks one of the package's own admin routes; the editor adds the user's token by itself. */
export async function ask<Answer>(
  path: string,
  query: Record<string, string> = {},
): Promise<Answer> {
  const answer: unknown = await $.getJSON(`gatewire/${path}`, query);
  return answer as Answer;
}

/** Tells one of the package's own admin routes to do something. */
export async function tell<Answer>(
  path: string,
  body: Record<string, unknown> = {},
): Promise<Answer> {
  const answer: unknown = await $.ajax({
    url: `gatewire/${path}`,
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify(body),
  });
  return answer as Answer;
}

/** What a failed `ask` or `tell` says is wrong, if the runtime said anything. */
export function problemOf(error: unknown): string | undefined {
  return (error as { responseJSON?: { message?: string } }).responseJSON?.message;
}

/** The code of what the runtime has refused. */
export function codeOf(error: unknown): string | undefined {
  return (error as { responseJSON?: { code?: string } }).responseJSON?.code;
}

/** Shows the element only while `when` holds, and follows the changes of the given fields. */
export function showWhen(element: string, fields: readonly string[], when: () => boolean): void {
  const update = (): void => {
    $(element).toggle(when());
  };
  for (const field of fields) $(field).on('change', update);
  update();
}

/** The text of a form field. */
export function fieldText(selector: string): string {
  const value = $(selector).val();
  return typeof value === 'string' ? value : '';
}

/** Replaces the options of a select by pairs of value and label. Labels are set as text, never as markup. */
export function fillSelect(
  selector: string,
  options: readonly (readonly [value: string, label: string])[],
  selected: string,
): void {
  const select = $(selector).empty();
  for (const [value, label] of options) select.append($('<option>').val(value).text(label));
  select.val(selected);
}

/** Folds the part of a form below "More settings". */
export function foldable(head: string, body: string): void {
  const toggle = (): void => {
    const open = $(body).toggle().is(':visible');
    $(head).attr('aria-expanded', String(open));
    $(head).find('i').toggleClass('fa-caret-down', open).toggleClass('fa-caret-right', !open);
  };
  $(body).hide();
  $(head)
    .attr({ role: 'button', tabindex: '0', 'aria-expanded': 'false' })
    .on('click', toggle)
    .on('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      toggle();
    });
}
