/** What a file is called: its name without folders. */
export const lastPart = (path: string): string => path.replace(/^.*[/\\]/s, '');

/** What a file of weights is called: that without its ending. */
export const stem = (path: string): string => lastPart(path).replace(/\.safetensors$/i, '');
