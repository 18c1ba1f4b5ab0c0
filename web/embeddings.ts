/** Learned words for the pictures of this visit. Not kept: their files are where they were picked. */
import { signal } from '@preact/signals';
import type { Embedding, ImageRequest, PickedFile } from '../workers/api';

export const embeddings = signal<readonly Embedding[]>([]);

/** Words are the files' names without their endings, and never one twice: the file picked last counts. */
export function addEmbeddings(files: readonly PickedFile[]): void {
  const added = files.map((file) => ({ name: file.path.replace(/^.*\/|\.\w+$/g, ''), file }));
  const rest = [...added, ...embeddings.value];
  embeddings.value = rest.filter(({ name }, i) => rest.findIndex((other) => isSame(other.name, name)) === i);
}

export const removeEmbedding = (gone: Embedding): void => {
  embeddings.value = embeddings.value.filter((one) => one !== gone);
};

export const embeddingsAsked = (): Pick<ImageRequest, 'embeddings'> =>
  embeddings.value.length === 0 ? {} : { embeddings: embeddings.value };

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
