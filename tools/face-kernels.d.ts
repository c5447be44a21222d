export function compileKernel(name: 'relaxed' | 'baseline'): Promise<string>;
