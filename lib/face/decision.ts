import type { FaceCandidate } from './face.ts';

/** Among more templates than this the higher threshold and the margin count. */
export const FEW = 2000;
/** A camera's clock may be ahead by this much, in milliseconds. */
const AHEAD = 1000;

/** From which cosine on two faces are the same: those of the models, or higher ones of the site's calibration. */
export interface MatchRules {
  /** Of one person, among few templates, among many. */
  thresholds: { verify: number; identify: number; identifyMany: number };
  /** How much better than the second person the first has to be among many. */
  margin: number;
}

/** `ambiguous`: good enough, but a second person is nearly as good. */
export type Match =
  | { outcome: 'match'; candidate: FaceCandidate }
  | { outcome: 'ambiguous' | 'noMatch'; candidate?: FaceCandidate };

/** Whether a face is the person that a card, a code or a PIN speaks of (1:1). */
export function judgeOne(candidate: FaceCandidate | undefined, { thresholds }: MatchRules): Match {
  if (candidate === undefined) return { outcome: 'noMatch' };
  return { outcome: candidate.score >= thresholds.verify ? 'match' : 'noMatch', candidate };
}

/**
 * Whether the best of a search is the person (1:N, N6). `candidates` are the best of different people, best first and at
 * least two where there are two; `compared` is how many templates were searched: a stranger is taken for one of N
 * people about N times as often.
 */
export function judgeBest(
  candidates: readonly FaceCandidate[],
  compared: number,
  { thresholds, margin }: MatchRules,
): Match {
  const [best, second] = candidates;
  const isMany = compared > FEW;
  const threshold = isMany ? thresholds.identifyMany : thresholds.identify;
  if (best === undefined || best.score < threshold) {
    return { outcome: 'noMatch', ...(best !== undefined && { candidate: best }) };
  }
  const isClear = !isMany || second === undefined || best.score - second.score >= margin;
  return isClear
    ? { outcome: 'match', candidate: best }
    : { outcome: 'ambiguous', candidate: best };
}

/** What one frame of a camera showed: whom, taken when. */
export interface Frame {
  /** Milliseconds since 1970 UTC at which the picture was taken. */
  at: number;
  match: Match;
}

/** How many frames have to show the same person, none of them older than this many milliseconds. */
export interface Agreement {
  frames: number;
  within: number;
}

/**
 * The person that enough of the frames show, with the best score among them; undefined as long as there are too few, or
 * when any of them shows somebody else. Frames that show nobody for certain do not count.
 */
export function agreedOn(
  frames: readonly Frame[],
  now: number,
  { frames: wanted, within }: Agreement,
): FaceCandidate | undefined {
  const found = frames
    .filter(({ at }) => isRecent(at, now, within))
    .flatMap(({ match }) => (match.outcome === 'match' ? [match.candidate] : []))
    .sort((a, b) => b.score - a.score);
  const [best] = found;
  if (best === undefined || found.length < wanted) return undefined;
  return found.every(({ person }) => person === best.person) ? best : undefined;
}

/** Whether a picture is recent enough to open by: a match that is too old is a no, and so is one from the future. */
export function isRecent(takenAt: number, now: number, within: number): boolean {
  return takenAt >= now - within && takenAt <= now + AHEAD;
}
