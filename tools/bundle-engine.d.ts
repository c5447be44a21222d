export function bundleEngine(
  folder: string,
  options?: { extension?: string; more?: Record<string, string> },
): Promise<void>;
