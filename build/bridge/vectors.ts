/** `node build/run.mjs build/bridge/vectors.ts` writes `bridge-android/protocol/vectors.json`, which both languages must pass. */
import { writeFile } from 'node:fs/promises';
import { controlVectors } from './control';
import { conversations } from './conversations';
import { frameVectors } from './frames';
import { TOY_MANIFEST, TOY_PORTS, TOY_STATUS } from './toyHost';

export const VECTORS = 'bridge-android/protocol/vectors.json';

/** The file's text: a line for each frame, each conversation, each text on the control port. */
export function vectorsText(): string {
  const lines = (list: readonly unknown[]): string => `[\n${list.map((each) => JSON.stringify(each)).join(',\n')}\n]`;
  const toy = { status: TOY_STATUS, ports: TOY_PORTS, manifest: TOY_MANIFEST };
  return `{"protocol":1,
"madeBy":"build/bridge/vectors.ts; never edited by hand, only added to",
"toy":${JSON.stringify(toy)},
"frames":${lines(frameVectors())},
"conversations":${lines(conversations())},
"control":${lines(controlVectors())}
}
`;
}

export async function main(): Promise<number> {
  await writeFile(VECTORS, vectorsText());
  return 0;
}
