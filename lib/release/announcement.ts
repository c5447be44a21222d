import type { Engine } from '../engine/engine.ts';
import { optional } from '../model/optional.ts';
import type { FirmScope } from '../model/release-requests.ts';
import type { ReleaseState } from '../model/release.ts';
import type { Language } from '../model/site.ts';
import { guardText, languageOf, visitorText } from '../policy/release/texts.ts';

/** What is said of a visitor at the exit: to him in his language, to the guard in that of the site. */
export interface Announcement extends ReleaseState {
  name: string;
  language: Language;
  text: string;
  /** Absent if he may leave. */
  guardText?: string;
}

interface Around {
  engine: Pick<Engine, 'find' | 'releaseState'>;
  language: Language;
}

/** Rejects with NOT_FOUND for an unknown visitor, or one with whom the firm of the scope has no open deal. */
export async function announcementFor(
  { engine, language: own }: Around,
  person: string,
  scope?: FirmScope,
): Promise<Announcement> {
  const state = await engine.releaseState({ person, ...optional('scope', scope) });
  const [visitor] = await engine.find({ kind: 'person', id: person });
  const name = visitor?.name ?? person;
  const language = languageOf(visitor?.attributes?.language, own);
  return {
    ...state,
    name,
    language,
    text: visitorText(state, language),
    ...(state.allowed ? {} : { guardText: guardText(name, state, own) }),
  };
}
