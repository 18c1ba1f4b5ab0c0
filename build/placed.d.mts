/** Writes a file at once, or not at all; its folder is made. */
export declare function place(path: string, contents: string | Uint8Array): void;
