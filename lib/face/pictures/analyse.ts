import { optional } from '../../model/optional.ts';
import type { Box, FaceDemands, FaceFindings } from '../face.ts';
import type { FaceManifest } from '../models/manifest.ts';
import type { FaceNets, Net } from '../models/nets.ts';
import { align } from './align.ts';
import { decode } from './decode.ts';
import { detect } from './detect.ts';
import { demandsOf, flawsOfFace, flawsOfPicture } from './flaws.ts';
import { findLandmarks, fivePoints } from './landmarks.ts';
import { livenessOf } from './liveness.ts';
import { planesOf } from './planes.ts';
import { eyesOpen, poseOf, sharpnessOf } from './quality.ts';
import type { Raster } from './raster.ts';
import { Stopwatch } from './stopwatch.ts';

type Demand = 'turn' | 'eyes' | 'sharpness' | 'liveness';

/** Throws INPUT_INVALID for a picture that cannot be read. */
export type Analyse = (picture: Uint8Array, demands?: FaceDemands) => Promise<FaceFindings>;

/** Finds the largest face of a picture, judges it, and makes its vector if nothing speaks against it. */
export function createAnalyser({ embedder }: FaceManifest, { nets }: FaceNets): Analyse {
  const wanted = embedder.points.map(([x = 0, y = 0]) => ({ x, y }));

  async function analyse(picture: Uint8Array, asked: FaceDemands = {}): Promise<FaceFindings> {
    const demands = demandsOf(asked);
    const watch = new Stopwatch();
    const raster = await watch.time('decode', () => decode(picture));
    const faces = await watch.time('detect', () => detect(nets.detector, raster));
    const { width, height } = raster;
    const flaws = flawsOfPicture(faces, raster, demands);
    const [face] = faces;
    const usable = face === undefined || flaws.length > 0 ? undefined : face;
    const more = usable === undefined ? {} : await judge(raster, usable, demands, watch);
    return { width, height, faces, flaws, ...more, timings: watch.timings };
  }

  async function judge(
    raster: Raster,
    face: Box,
    demands: Required<FaceDemands>,
    watch: Stopwatch,
  ): Promise<Pick<FaceFindings, 'flaws' | 'quality' | 'liveness' | 'vector'>> {
    const points = await watch.time('landmarks', () => findLandmarks(nets.landmarks, raster, face));
    const aligned = await watch.time('align', () =>
      align(raster, fivePoints(points), wanted, embedder.size),
    );
    /** Runs a stage only where something is asked of its result. */
    async function ifAsked<T>(stage: Demand, work: () => Promise<T> | T): Promise<T | undefined> {
      return demands[stage] === false ? undefined : watch.time(stage, work);
    }
    const turn = await ifAsked('turn', () => poseOf(nets.pose, raster, face));
    const eyes = await ifAsked('eyes', () => eyesOpen(nets.eyes, raster, points));
    const sharpness = await ifAsked('sharpness', () => sharpnessOf(aligned));
    const quality = { ...turn, ...optional('eyes', eyes), ...optional('sharpness', sharpness) };
    const liveness = await ifAsked('liveness', () => livenessOf(nets.liveness, raster, face));
    const flaws = flawsOfFace(quality, liveness, demands);
    const vector =
      flaws.length > 0 ? undefined : await watch.time('embed', () => embed(nets.embedder, aligned));
    return { flaws, quality, ...optional('liveness', liveness), ...optional('vector', vector) };
  }

  async function embed(net: Net, aligned: Raster): Promise<Float32Array> {
    const [vector = new Float32Array()] = await net.run(planesOf(aligned, embedder));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  }

  return analyse;
}
