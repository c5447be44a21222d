/**
 * `wanted`: a record of this gateway tells of the picture. `unknown`: none does, or not yet. `erased`: it is of a
 * person whose pictures were erased.
 */
export type PictureVerdict = 'wanted' | 'unknown' | 'erased';

/** What the engine knows of the pictures beside the log. It never sees one. */
export interface PictureEngine {
  /** The key under which pictures of this site lie on its disk: 32 bytes in base64. For this machine only. */
  pictureKey(query: Record<string, never>): Promise<{ key: string }>;
  /** Whether a server keeps a picture of a gateway; `id` as in the record's `snapshot`, without its ending. */
  judgePicture(query: { gateway: string; id: string }): Promise<{ verdict: PictureVerdict }>;
}
