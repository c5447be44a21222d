import { AccessError } from '../../model/errors.ts';

/** A line of a plot. */
export interface Line {
  label: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  label: string;
  from: number;
  to: number;
  /** Powers of ten at equal distances. */
  log?: true;
}

export interface Plot {
  title: string;
  x: Axis;
  y: Axis;
  lines: readonly Line[];
  /** Vertical lines. */
  marks?: readonly { label: string; x: number }[];
}

const WIDTH = 640;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 30;
const TOP = 40;
const BOTTOM = 55;
const COLOURS = ['#1f5fbf', '#c2410c', '#15803d', '#7e22ce'];
const LINEAR_TICKS = 6;

/** A plot as an SVG picture that needs nothing else. */
export function svgOf(plot: Plot): string {
  const across = scaleOf(plot.x, LEFT, WIDTH - RIGHT);
  const up = scaleOf(plot.y, HEIGHT - BOTTOM, TOP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(plot.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(plot.title, WIDTH / 2, 22, 'middle', 15),
    ...ticksOf(plot.x).flatMap((tick) => tickAcross(across(tick), format(tick, plot.x))),
    ...ticksOf(plot.y).flatMap((tick) => tickUp(up(tick), format(tick, plot.y))),
    text(plot.x.label, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, 'middle'),
    `<g transform="rotate(-90 16 ${HEIGHT / 2})">${text(plot.y.label, 16, HEIGHT / 2, 'middle')}</g>`,
    ...plot.lines.flatMap((line, at) => drawn(line, at, across, up)),
    ...(plot.marks ?? []).flatMap(({ label, x }, at) => marked(label, across(x), at)),
    '</svg>',
    '',
  ].join('\n');
}

type Scale = (value: number) => number;

/** From a value to a coordinate; what is outside the axis lies on its end. */
function scaleOf({ from, to, log }: Axis, start: number, end: number): Scale {
  if (!(from < to) || (log === true && from <= 0))
    throw new AccessError('INTERNAL', 'an axis is empty');
  const place = log === true ? Math.log10 : (value: number) => value;
  return (value) => {
    const inside = Math.min(to, Math.max(from, value));
    const part = (place(inside) - place(from)) / (place(to) - place(from));
    return Math.round((start + part * (end - start)) * 10) / 10;
  };
}

function ticksOf({ from, to, log }: Axis): number[] {
  if (log === true) {
    const first = Math.ceil(Math.log10(from) - 1e-9);
    const last = Math.floor(Math.log10(to) + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
  }
  const step = (to - from) / LINEAR_TICKS;
  return Array.from({ length: LINEAR_TICKS + 1 }, (_, at) => from + at * step);
}

function format(value: number, { log }: Axis): string {
  if (log === true) return `${Number((value * 100).toPrecision(1))} %`;
  return String(Number(value.toFixed(3)));
}

function tickAcross(x: number, label: string): string[] {
  return [grid(x, TOP, x, HEIGHT - BOTTOM), text(label, x, HEIGHT - BOTTOM + 18, 'middle')];
}

function tickUp(y: number, label: string): string[] {
  return [grid(LEFT, y, WIDTH - RIGHT, y), text(label, LEFT - 6, y + 4, 'end')];
}

function grid(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="#ddd"/>`;
}

function drawn({ label, points }: Line, at: number, across: Scale, up: Scale): string[] {
  const colour = COLOURS[at % COLOURS.length] ?? '#000';
  const path = points.map(([x, y]) => `${across(x)} ${up(y)}`).join('L');
  return [
    `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    text(label, (LEFT + WIDTH) / 2, TOP + 18 + at * 18, 'middle', 12, colour),
  ];
}

function marked(label: string, x: number, at: number): string[] {
  return [
    `<path d="M${x} ${TOP}L${x} ${HEIGHT - BOTTOM}" stroke="#555" stroke-dasharray="4 3"/>`,
    text(label, x + 4, HEIGHT - BOTTOM - 8 - at * 16, 'start'),
  ];
}

function text(
  content: string,
  x: number,
  y: number,
  anchor: string,
  size = 12,
  fill = '#222',
): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
