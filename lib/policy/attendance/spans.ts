/** A stretch of time in whole minutes since 1970 UTC, end exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The spans as few as possible and in order; gaps of up to `gap` minutes are closed. */
export function united(spans: readonly Span[], gap = 0): Span[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (to <= from) continue;
    const last = result.at(-1);
    if (last !== undefined && from <= last.to + gap) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}

/** What lies within a span. */
export function within(spans: readonly Span[], { from, to }: Span): Span[] {
  const parts: Span[] = [];
  // A month has hundreds of looks at lists of which nearly nothing lies within.
  for (const span of spans) {
    if (span.from >= to || span.to <= from) continue;
    const part = { from: Math.max(span.from, from), to: Math.min(span.to, to) };
    if (part.from < part.to) parts.push(part);
  }
  return parts;
}

/** The spans without what lies in `hole`. */
export function without(spans: readonly Span[], hole: Span): Span[] {
  return spans.flatMap((span) => [
    ...within([span], { from: -Infinity, to: hole.from }),
    ...within([span], { from: hole.to, to: Infinity }),
  ]);
}

export function touches(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to;
}

/** Minutes in spans that do not overlap. */
export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}
