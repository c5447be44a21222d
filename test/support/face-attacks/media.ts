import type { Sharp } from 'sharp';
import { eachPixel, lightOf, type Colour, type Light } from './light.ts';

/** Something flat that shows a face. */
export interface Medium extends Light {
  /** Whether there is anything at a place, in shares of width and height. */
  covers: (across: number, down: number) => boolean;
  /** A screen shines by itself, paper only in the light of the room. */
  shines: boolean;
}

/** How a printer puts a photo on paper. Reflectances are shares of the light that falls on it. */
export interface Printing {
  black: number;
  white: number;
  /** Share of the saturation that is left. */
  saturation: number;
  tint: Readonly<Colour>;
  /** How much the dots of the printer are seen, 0 to 1, and how far apart they are in pixels of the camera. */
  dots: number;
  pitch: number;
}

const everywhere = (): boolean => true;

/** A photo on a sheet with a white border; `side` and `border` in pixels of the camera. */
export async function printed(
  photo: Sharp,
  { side, border }: { side: number; border: number },
  printing: Printing,
): Promise<Medium> {
  const edges = { top: border, bottom: border, left: border, right: border };
  const image = photo.resize(side, side).extend({ ...edges, background: '#fff' });
  const light = await lightOf(image);
  eachPixel(light, (colour, x, y) => {
    addDots(colour, x, y, printing);
    putInk(colour, printing);
  });
  return { ...light, covers: everywhere, shines: false };
}

/** Of the angles that are usual in print. */
const SCREENS = [15, 75, 45].map((degrees) => {
  const angle = (degrees * Math.PI) / 180;
  return { cosine: Math.cos(angle), sine: Math.sin(angle) };
});

/** Rows of dots, which middle tones show most. */
function addDots(colour: Colour, x: number, y: number, { dots, pitch }: Printing): void {
  if (dots === 0) return;
  const turn = (2 * Math.PI) / pitch;
  for (const [channel, { cosine, sine }] of SCREENS.entries()) {
    const value = colour[channel] ?? 0;
    const along = Math.cos((x * cosine + y * sine) * turn);
    const across = Math.cos((y * cosine - x * sine) * turn);
    colour[channel] = value + dots * ((along + across) / 2) * value * (1 - value);
  }
}

/** Less colour than the photo has, and neither quite black nor quite white. */
function putInk(colour: Colour, { black, white, saturation, tint }: Printing): void {
  const grey = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
  for (let channel = 0; channel < 3; channel += 1) {
    const value = grey + ((colour[channel] ?? 0) - grey) * saturation;
    colour[channel] = (black + (white - black) * value) * (tint[channel] ?? 1);
  }
}

/** A head that was cut out of a print, with the uneven edge that scissors leave. */
export async function cutOut(photo: Sharp, side: number, printing: Printing): Promise<Medium> {
  const print = await printed(photo, { side, border: 0 }, printing);
  const covers = (across: number, down: number): boolean => {
    const angle = Math.atan2(down - 0.48, across - 0.5);
    const edge = 1 + 0.025 * Math.sin(5 * angle) + 0.015 * Math.sin(11 * angle);
    return Math.hypot((across - 0.5) / 0.34, (down - 0.48) / 0.46) < edge;
  };
  return { ...print, covers };
}

/** A telephone or tablet. */
export interface Display {
  /** Width of the picture on it, of the frame around, and of the dark fields above and below, in pixels of the camera. */
  side: number;
  frame: number;
  field: number;
  /** How many times as bright as white paper in the room its white is. */
  brightness: number;
  /** How much the beats of its pixels with those of the camera are seen, 0 to 1. */
  moire: number;
  /** Light of the room that its glass reflects. */
  glass: number;
}

const BLUISH: Readonly<Colour> = [0.86, 0.97, 1.14];
/** What black pixels of a liquid crystal let through. */
const LEAK = 0.004;

export async function shown(photo: Sharp, display: Display): Promise<Medium> {
  const { side, frame, field, brightness, moire, glass } = display;
  const edges = { top: frame + field, bottom: frame + field, left: frame, right: frame };
  const light = await lightOf(photo.resize(side, side).extend({ ...edges, background: '#000' }));
  const isLit = (x: number, y: number): boolean =>
    Math.min(x, y, light.width - 1 - x, light.height - 1 - y) >= frame;
  eachPixel(light, (colour, x, y) => {
    const shining = isLit(x, y) ? brightness : 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const lit = ((colour[channel] ?? 0) + LEAK) * (BLUISH[channel] ?? 1) * shining;
      colour[channel] = lit * (1 + moire * beat(x, y, channel)) + glass;
    }
  });
  return { ...light, covers: everywhere, shines: true };
}

/** Fine and slow waves whose phase differs a little between the colours, -1 to 1. */
function beat(x: number, y: number, channel: number): number {
  const fine = Math.sin(x * 0.71 + y * 0.045 + channel * 0.9);
  const level = Math.sin(y * 0.52 - x * 0.06 + channel * 0.6);
  const slow = Math.sin(x * 0.05 + y * 0.11 + channel * 0.4);
  return (fine + level + slow) / 3;
}
