/** What came over a wired transport: an object, or the same as JSON text or bytes. Undefined for anything else. */
export function wiredContent(payload: unknown): object | undefined {
  const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
  const value: unknown = isText ? jsonOf(String(payload)) : payload;
  return typeof value === 'object' && value !== null ? value : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
