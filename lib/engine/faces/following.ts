import type { Secrets } from '../secrets.ts';
import type { SealedFace } from '../store/faces/queries.ts';
import type { Store } from '../store/store.ts';
import type { FaceChanges, FaceTemplate } from './interface.ts';
import { unpackTemplate } from './sealed-template.ts';
import { cursorOf, cursorText, type Cursor, type Touched } from './touched.ts';

const DEFAULT_LIMIT = 500;

interface Parts {
  store: Store;
  secrets: Secrets;
  touched: Touched;
  /** Whether templates are kept here at all. */
  isKeeping: () => boolean;
}

export type FaceChangesOf = (query: { cursor?: string; limit?: number }) => Promise<FaceChanges>;

/** Leads galleries to what is stored: first everything in pages, then what has changed since the first page. */
export function createFollowing({ store, secrets, touched, isKeeping }: Parts): FaceChangesOf {
  async function page(cursor: Cursor, listed: string, limit: number): Promise<FaceChanges> {
    const faces = isKeeping() ? await store.faces('page', { after: listed, limit }) : [];
    const last = faces.length < limit ? undefined : faces.at(-1)?.credential;
    const { run, seq } = cursor;
    return {
      ...opened(faces, secrets),
      cursor: cursorText(last === undefined ? { run, seq } : { run, seq, listed: last }),
      reset: listed === '',
      removed: [],
      more: last !== undefined,
    };
  }

  async function since(cursor: Cursor, limit: number): Promise<FaceChanges> {
    const { ids, seq, more } = touched.after(cursor.seq, limit);
    const { credential: credentials, person: persons, consent: consents } = ids;
    const isQuiet = credentials.length + persons.length + consents.length === 0;
    const { faces, others } =
      isQuiet || !isKeeping()
        ? { faces: [], others: [] }
        : await store.faces('touched', { credentials, persons, consents });
    return {
      ...opened(faces, secrets),
      cursor: cursorText({ run: cursor.run, seq }),
      reset: false,
      removed: others,
      more,
    };
  }

  return ({ cursor: text, limit = DEFAULT_LIMIT }) => {
    const known = cursorOf(text);
    const cursor = known !== undefined && touched.knows(known) ? known : touched.start();
    if (cursor.listed !== undefined) return page(cursor, cursor.listed, limit);
    return since(cursor, limit);
  };
}

function opened(
  faces: readonly SealedFace[],
  secrets: Secrets,
): Pick<FaceChanges, 'put' | 'broken'> {
  const put: FaceTemplate[] = [];
  const broken: string[] = [];
  for (const { credential, person, groups, sealed } of faces) {
    try {
      const { model, bytes } = unpackTemplate(secrets.open(credential, 'template', sealed));
      const template = Buffer.from(bytes).toString('base64');
      put.push({ credential, person, groups, model, template });
    } catch {
      broken.push(credential); // One damaged template must not keep the others from being searched.
    }
  }
  return { put, broken };
}
