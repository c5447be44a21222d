import sharp, { type Sharp } from 'sharp';

/** A picture in linear light: three values a pixel, red first, row by row; 1 is white. */
export interface Light {
  width: number;
  height: number;
  data: Float32Array;
}

/** Three values of one pixel. */
export type Colour = [red: number, green: number, blue: number];

const STEPS = 8192;
/** Both ways of the curve of sRGB (IEC 61966-2-1). */
const TO_LIGHT = new Float32Array(256).map((_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});
const FROM_LIGHT = new Uint8Array(STEPS + 1).map((_, step) => {
  const share = step / STEPS;
  return 255 * (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055) + 0.5;
});

export async function lightOf(image: Sharp): Promise<Light> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const light = new Float32Array(data.length);
  for (let at = 0; at < light.length; at += 1) light[at] = TO_LIGHT[data[at] ?? 0] ?? 0;
  return { width: info.width, height: info.height, data: light };
}

/** The picture in eight bits of sRGB, `gain` times as bright; what is brighter than white is white. */
export function developed({ width, height, data }: Light, gain: number): Sharp {
  const bytes = new Uint8Array(data.length);
  const scale = gain * STEPS;
  for (let at = 0; at < bytes.length; at += 1) {
    const step = Math.floor((data[at] ?? 0) * scale + 0.5);
    bytes[at] = FROM_LIGHT[step < STEPS ? step : STEPS] ?? 0;
  }
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

/** Changes every pixel where it is; `change` writes into the colour that it gets. */
export function eachPixel(
  { width, height, data }: Light,
  change: (colour: Colour, x: number, y: number) => void,
): void {
  const colour: Colour = [0, 0, 0];
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      colour[0] = data[at] ?? 0;
      colour[1] = data[at + 1] ?? 0;
      colour[2] = data[at + 2] ?? 0;
      change(colour, x, y);
      data[at] = colour[0];
      data[at + 1] = colour[1];
      data[at + 2] = colour[2];
      at += 3;
    }
  }
}
