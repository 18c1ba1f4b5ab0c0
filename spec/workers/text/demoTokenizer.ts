/** The tokenizer of the embedded model, whose vocabulary is CLIP's. */
import { readFileSync } from 'node:fs';
import { ClipTokenizer } from '../../../workers/text/tokenizer';
import { fromRoot } from '../../root';

const read = (name: string): string => readFileSync(fromRoot(`models/demo/model/tokenizer/${name}`), 'utf8');

export const demoTokenizerFiles = () => ({
  vocab: JSON.parse(read('vocab.json')) as Record<string, number>,
  merges: read('merges.txt'),
});

export const demoTokenizer = (): ClipTokenizer => new ClipTokenizer(demoTokenizerFiles());
