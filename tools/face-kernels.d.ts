export function compileKernel(folder: 'gallery' | 'pictures', name: string): Promise<string>;
