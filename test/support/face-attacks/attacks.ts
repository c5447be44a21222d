import type { Sharp } from 'sharp';
import { seeded } from '../../face/support.ts';
import { portrait, type Portrait } from '../face.ts';
import { hold, room, taken, type Lamp, type Pose, type Sensor } from './camera.ts';
import { lightOf } from './light.ts';
import { cutOut, printed, shown, type Medium, type Printing } from './media.ts';

/** A number between two that is the same whenever the attack is rendered again. */
type Between = (least: number, most: number) => number;

interface Attack {
  medium: (photo: Sharp, between: Between) => Promise<Medium>;
  pose?: (between: Between) => Partial<Pose>;
}

const ATTACKS = {
  /** A photo of about 15 cm at arm's length. */
  print: { medium: (photo, between) => sheet(photo, pixels(between, 260, 340), between) },
  /** The same print so near that it fills the height of the picture. */
  printClose: { medium: (photo, between) => sheet(photo, pixels(between, 430, 520), between) },
  printTilted: {
    medium: (photo, between) => sheet(photo, pixels(between, 300, 400), between),
    pose: (between) => ({
      yaw: between(18, 32) * (between(0, 1) < 0.5 ? -1 : 1),
      pitch: between(-18, 18),
      roll: between(-12, 12),
    }),
  },
  printBent: {
    medium: (photo, between) => sheet(photo, pixels(between, 340, 440), between),
    pose: (between) => ({ radius: between(170, 240) }),
  },
  /** Faded, on newsprint, with the dots of the printer. */
  printPoor: {
    medium: (photo, between) =>
      printed(
        photo,
        { side: pixels(between, 280, 380), border: pixels(between, 10, 24) },
        poor(between),
      ),
  },
  cutOut: {
    medium: (photo, between) => cutOut(photo, pixels(between, 340, 440), inkjet(between)),
  },
  phone: {
    medium: (photo, between) =>
      shown(photo, {
        side: pixels(between, 250, 310),
        frame: pixels(between, 6, 12),
        field: pixels(between, 35, 75),
        ...display(between),
      }),
  },
  tablet: {
    medium: (photo, between) =>
      shown(photo, {
        side: pixels(between, 380, 440),
        frame: pixels(between, 14, 26),
        field: pixels(between, 0, 10),
        ...display(between),
      }),
  },
} as const satisfies Record<string, Attack>;

export type AttackKind = keyof typeof ATTACKS;
export const ATTACK_KINDS = Object.keys(ATTACKS) as AttackKind[];

/** A face that is shown to the camera of a door: a JPEG of 640 x 480. The same seed gives the same picture. */
export async function attack(kind: AttackKind, of: Portrait, seed: number): Promise<Buffer> {
  const random = seeded(seed);
  const between = betweenOf(random);
  const { medium, pose = () => ({}) }: Attack = ATTACKS[kind];
  const face = await medium(portrait(of), between);
  const scene = await room(pixels(between, 1, 6), between(0.3, 0.8));
  hold(face, { ...steady(between), ...pose(between) }, lamp(between), scene);
  return taken(scene, sensor(between), random);
}

/** Somebody who stands before the same camera: a JPEG of `side` x `side`. */
export async function visit(of: Portrait, seed: number, side = 480): Promise<Buffer> {
  const random = seeded(seed);
  return taken(await lightOf(portrait(of).resize(side)), sensor(betweenOf(random)), random);
}

function betweenOf(random: () => number): Between {
  return (least, most) => least + (most - least) * random();
}

function pixels(between: Between, least: number, most: number): number {
  return Math.round(between(least, most));
}

function sheet(photo: Sharp, side: number, between: Between): Promise<Medium> {
  return printed(photo, { side, border: pixels(between, 12, 24) }, inkjet(between));
}

function inkjet(between: Between): Printing {
  return {
    black: between(0.03, 0.07),
    white: between(0.75, 0.88),
    saturation: between(0.7, 0.95),
    tint: [1, between(0.94, 1), between(0.84, 1)],
    dots: 0,
    pitch: 1,
  };
}

function poor(between: Between): Printing {
  return {
    black: between(0.1, 0.18),
    white: between(0.65, 0.8),
    saturation: between(0.35, 0.6),
    tint: [1, between(0.92, 0.98), between(0.78, 0.9)],
    dots: between(0.6, 1),
    pitch: between(2.6, 3.6),
  };
}

function display(between: Between): { brightness: number; moire: number; glass: number } {
  return {
    brightness: between(0.9, 1.8),
    moire: between(0, 0.12),
    glass: between(0.01, 0.04),
  };
}

function steady(between: Between): Pose {
  return {
    x: between(-30, 30),
    y: between(-15, 15),
    yaw: between(-6, 6),
    pitch: between(-6, 6),
    roll: between(-5, 5),
    radius: Infinity,
  };
}

function lamp(between: Between): Lamp {
  return {
    across: between(-0.6, 0.6),
    down: between(-0.5, 0.1),
    glare: {
      strength: between(0, 0.12),
      x: between(-0.3, 0.3),
      y: between(-0.4, 0.2),
      width: between(0.08, 0.25),
    },
  };
}

function sensor(between: Between): Sensor {
  return {
    blur: between(0.5, 0.9),
    noise: between(2, 12),
    exposure: between(0.14, 0.24),
    quality: Math.round(between(75, 88)),
  };
}
