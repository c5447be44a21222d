import type { Box, FaceDemands, FaceFlaw, FaceQuality } from '../face.ts';
import type { Size } from './raster.ts';

/** What is asked of a picture unless the caller says otherwise. */
const DEMANDS: Required<FaceDemands> = {
  height: 70,
  largest: false,
  alone: true,
  turn: 35,
  eyes: 0.05,
  sharpness: 30,
  liveness: 0.7,
};

/** A face that is less than this share of the largest one high stands in the background. */
const BACKGROUND = 0.5;

export function demandsOf(asked: FaceDemands): Required<FaceDemands> {
  return { ...DEMANDS, ...asked };
}

/** Flaws that are seen from the boxes alone. Faces: the largest first. */
export function flawsOfPicture(
  faces: readonly Box[],
  picture: Size,
  { height, largest, alone }: Required<FaceDemands>,
): FaceFlaw[] {
  const [face, ...others] = faces;
  if (face === undefined) return ['noFace'];
  const flaws: FaceFlaw[] = [];
  const rival = others.some((other) => other.height >= face.height * BACKGROUND);
  if (alone && rival) flaws.push('severalFaces');
  if (face.height < height) flaws.push('tooSmall');
  const side = Math.min(picture.width, picture.height);
  if (largest !== false && face.height > largest * side) flaws.push('tooNear');
  return flaws;
}

/** Flaws of the face that counts. A value that is asked for and missing, or is no number, is a flaw. */
export function flawsOfFace(
  { yaw = NaN, pitch = NaN, eyes = NaN, sharpness = NaN }: FaceQuality,
  liveness: number | undefined,
  demands: Required<FaceDemands>,
): FaceFlaw[] {
  const flaws: FaceFlaw[] = [];
  const turn = Math.max(Math.abs(yaw), Math.abs(pitch));
  if (demands.turn !== false && !(turn <= demands.turn)) flaws.push('turnedAway');
  if (demands.eyes !== false && !(eyes >= demands.eyes)) flaws.push('eyesClosed');
  if (demands.sharpness !== false && !(sharpness >= demands.sharpness)) flaws.push('blurred');
  if (demands.liveness !== false && !((liveness ?? 0) >= demands.liveness)) flaws.push('notLive');
  return flaws;
}
