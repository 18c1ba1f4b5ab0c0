/** Prompts that strangers were asked to name pictures of (models/demo/eyes/key.json), held out of the demo model's training. */
import { readFile } from 'node:fs/promises';

const KEY = 'models/demo/eyes/key.json';

export interface Asked {
  readonly prompt: string;
  readonly seed: number;
}

/** The first `count`; `root` is the repository's. */
export async function strangersPrompts(count: number, root = '.'): Promise<Asked[]> {
  const { pictures } = JSON.parse(await readFile(`${root}/${KEY}`, 'utf8')) as { pictures: Record<string, Asked> };
  return Object.values(pictures).slice(0, count);
}
