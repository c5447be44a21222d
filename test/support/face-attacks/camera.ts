import sharp from 'sharp';
import { sample } from '../face.ts';
import { developed, eachPixel, lightOf, type Colour, type Light } from './light.ts';
import type { Medium } from './media.ts';

const VIEW = { width: 640, height: 480 };
/** Of a lens that sees 60 degrees, in pixels. */
const FOCAL = 560;

/** How something is held before the camera. */
export interface Pose {
  /** Its middle, from the middle of the picture in pixels. */
  x: number;
  y: number;
  /** Degrees. */
  yaw: number;
  pitch: number;
  roll: number;
  /** Radius of a bent sheet in pixels; Infinity if it is flat. */
  radius: number;
}

/** The light at the door. Places are shares of the picture, from its middle. */
export interface Lamp {
  /** How much the light changes over the picture, across and down. */
  across: number;
  down: number;
  /** A reflection on the surface. */
  glare: { strength: number; x: number; y: number; width: number };
}

export interface Sensor {
  /** Deviation of the blur, in pixels. */
  blur: number;
  /** Width of the band in which the noise of a value lies, of 255. */
  noise: number;
  /** Mean of the middle of the picture that automatic exposure aims at, in linear light. */
  exposure: number;
  /** Of JPEG. */
  quality: number;
}

const rooms = new Map<number, Promise<Light>>();

/** A room, out of focus and darker than what is held into the light. */
export async function room(number: number, brightness: number): Promise<Light> {
  const kept = rooms.get(number) ?? blurred(number);
  rooms.set(number, kept);
  const { width, height, data } = await kept;
  const dimmed = new Float32Array(data.length);
  for (let at = 0; at < dimmed.length; at += 1) dimmed[at] = (data[at] ?? 0) * brightness;
  return { width, height, data: dimmed };
}

async function blurred(number: number): Promise<Light> {
  const small = sharp(sample(number)).resize(80, 60).blur(3.5).png();
  return lightOf(sharp(await small.toBuffer()).resize(VIEW));
}

/** Puts something that is held before the camera into the scene. */
export function hold(medium: Medium, pose: Pose, lamp: Lamp, scene: Light): void {
  const place = placeOn(pose);
  const { width, height, covers } = medium;
  eachPixel(scene, (colour, x, y) => {
    const [u, v] = place(x + 0.5 - VIEW.width / 2, y + 0.5 - VIEW.height / 2);
    const across = u + width / 2;
    const down = v + height / 2;
    const isThere = across >= 0 && down >= 0 && across < width && down < height;
    if (!isThere || !covers(across / width, down / height)) return;
    mix(medium, across - 0.5, down - 0.5, colour);
    illuminate(colour, x / VIEW.width - 0.5, y / VIEW.height - 0.5, lamp, medium.shines);
  });
}

/** Where the ray through a pixel meets what is held, in its own pixels from its middle. */
function placeOn(pose: Pose): (px: number, py: number) => readonly [number, number] {
  const { x, y, radius } = pose;
  const { across, down, normal } = axes(pose);
  const distance = x * normal[0] + y * normal[1] + FOCAL * normal[2];
  return (px, py) => {
    const far = distance / (px * normal[0] + py * normal[1] + FOCAL * normal[2]);
    const dx = px * far - x;
    const dy = py * far - y;
    const dz = FOCAL * (far - 1);
    const u = dx * across[0] + dy * across[1] + dz * across[2];
    const v = dx * down[0] + dy * down[1] + dz * down[2];
    return [radius === Infinity ? u : radius * Math.asin(u / radius), v];
  };
}

type Direction = readonly [x: number, y: number, z: number];

function axes(pose: Pose): { across: Direction; down: Direction; normal: Direction } {
  const [cy, sy] = turn(pose.yaw);
  const [cp, sp] = turn(pose.pitch);
  const [cr, sr] = turn(pose.roll);
  return {
    across: [cy * cr, sp * sy * cr + cp * sr, sp * sr - cp * sy * cr],
    down: [-cy * sr, cp * cr - sp * sy * sr, sp * cr + cp * sy * sr],
    normal: [sy, -sp * cy, cp * cy],
  };
}

function turn(degrees: number): [cosine: number, sine: number] {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

/** The mix of the four pixels around a point. */
function mix({ width, height, data }: Light, x: number, y: number, colour: Colour): void {
  const left = Math.max(0, Math.floor(x));
  const top = Math.max(0, Math.floor(y));
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const u = Math.max(0, x - left);
  const v = Math.max(0, y - top);
  const northWest = (top * width + left) * 3;
  const northEast = (top * width + right) * 3;
  const southWest = (bottom * width + left) * 3;
  const southEast = (bottom * width + right) * 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const north = (data[northWest + channel] ?? 0) * (1 - u) + (data[northEast + channel] ?? 0) * u;
    const south = (data[southWest + channel] ?? 0) * (1 - u) + (data[southEast + channel] ?? 0) * u;
    colour[channel] = north * (1 - v) + south * v;
  }
}

function illuminate(colour: Colour, u: number, v: number, lamp: Lamp, shines: boolean): void {
  const { strength, x, y, width } = lamp.glare;
  const light = shines ? 1 : 1 + lamp.across * u + lamp.down * v;
  const glare = strength * Math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * width * width));
  for (let channel = 0; channel < 3; channel += 1) {
    colour[channel] = (colour[channel] ?? 0) * light + glare;
  }
}

/** The picture as the camera sends it: a JPEG. */
export async function taken(
  scene: Light,
  { blur, noise, exposure, quality }: Sensor,
  random: () => number,
): Promise<Buffer> {
  const image = developed(scene, exposure / metered(scene)).blur(blur);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const noisy = new Uint8ClampedArray(data.length);
  for (let at = 0; at < noisy.length; at += 1)
    noisy[at] = (data[at] ?? 0) + noise * (random() - 0.5);
  const { width, height } = info;
  return sharp(noisy, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

/** Mean of the middle, half as wide and half as high as the picture. */
function metered({ width, height, data }: Light): number {
  const [left, top] = [Math.floor(width / 4), Math.floor(height / 4)];
  let sum = 0;
  for (let y = top; y < height - top; y += 1) {
    for (let at = (y * width + left) * 3; at < (y * width + width - left) * 3; at += 1)
      sum += data[at] ?? 0;
  }
  return sum / ((width - 2 * left) * (height - 2 * top) * 3);
}
