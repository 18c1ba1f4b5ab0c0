/** Weights in the browser's own hands, read as they are asked for: a blob lies in another process, and where that has many of them on the disk. */
import { CodedError } from './errors';
import type { StageWeights } from './stage';
import { checkBounds } from './stageWeights';

/** The part of it that reading needs; of workers alone. */
interface Platform {
  readonly FileReaderSync?: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
}

/** Weights that may be gone: a browser gives up a blob that it has no room for. */
export interface BlobWeights extends StageWeights {
  sound(): Promise<boolean>;
}

/** What `stream` brings, one piece of it in memory at a time. What there was no room for is `storage-full` when it is read. */
export async function weightsInBlob(stream: AsyncIterable<Uint8Array>): Promise<BlobWeights> {
  const pieces: Blob[] = [];
  for await (const piece of stream) pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
  const blob = new Blob(pieces);
  const { FileReaderSync } = globalThis as unknown as Required<Platform>;
  return {
    bytes: blob.size,
    read(begin, end) {
      checkBounds(begin, end, blob.size);
      try {
        return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob.slice(begin, end)));
      } catch (error) {
        const details = { argument: 'weights', expected: `${blob.size} bytes free`, got: 'a full device' };
        throw new CodedError('storage-full', details, { cause: error });
      }
    },
    sound: () => readable(blob.slice(0, 1)),
    close: () => undefined,
  };
}

const readable = (blob: Blob): Promise<boolean> =>
  blob.arrayBuffer().then(
    () => true,
    () => false,
  );
