/** Puts the models of faces into a folder, with their manifest and licence. */
export function copyModels(folder: string): Promise<void>;
