/** CLIP's tokenizer in the page: its files lie with the demo model's, and are fetched when a model has none of its own. */
import { CLIP_TOKENIZER_FILES, clipTokenizer } from '../models/clipTokenizer';
import type { TokenizerFiles } from '../models/manifest';
import type { Folder } from '../models/source';
import type { FetchDemo } from './demo';
import { CodedError } from './errors';

/** Rejects with `download-failed` where a file does not arrive, and with `bad-model` where it is cut short. */
export function fetchedTokenizer(fetchDemo: FetchDemo, signal: AbortSignal): Promise<TokenizerFiles> {
  const home: Folder = {
    name: 'demo',
    place: 'demo',
    paths: () => CLIP_TOKENIZER_FILES,
    async file(path) {
      const bytes = await fetched(path, fetchDemo, signal);
      return { name: path, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
    },
  };
  return clipTokenizer(home);
}

async function fetched(path: string, fetchDemo: FetchDemo, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const response = await fetchDemo(path, signal);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    const got = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CodedError('download-failed', { argument: path, expected: "CLIP's tokenizer", got }, { cause: thrown });
  }
}
