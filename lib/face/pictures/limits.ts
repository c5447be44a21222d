/** A picture that is larger is refused before anything looks into it (T-22). Bytes. */
export const LARGEST_PICTURE = 5 * 1024 * 1024;
