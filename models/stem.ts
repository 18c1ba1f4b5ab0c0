/** What a file of weights is called: its name without folders and ending. */
export const stem = (path: string): string => path.replace(/^.*[/\\]/s, '').replace(/\.safetensors$/i, '');
