/** The compiled graphs of an `npu.json`: each of a part that there is, at its place, by one version of the compiler. */
import { COUNT, checkFields, listIn, NAME, oneOf, type Rule } from './fieldRules';
import { contextPath, type NpuCompiled, type NpuContexts, type NpuStage } from './npuManifest';
import { badModel } from './refuse';

const VERSION: Rule = {
  expected: 'a version such as 2.51.0',
  holds: (version) => typeof version === 'string' && /^\d+(\.\d+){1,5}$/.test(version),
};
const CHIP: Rule = {
  expected: 'the name of a chip',
  holds: (name) => typeof name === 'string' && /^[A-Z0-9]+$/.test(name),
};

/** Relative, below the manifest: none of its parts leads elsewhere. */
export const isBelow = (path: unknown): boolean =>
  typeof path === 'string' &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\'));

/** `bad-model` at `argument` and what of it, unless `json` is `NpuContexts` of parts in `stages`; `file`: the rules of one. */
export function checkContexts(
  argument: string,
  json: unknown,
  stages: readonly NpuStage[],
  file: Readonly<Record<string, Rule>>,
): void {
  checkFields(argument, json, { folder: { expected: 'a path below the manifest', holds: isBelow } });
  const contexts = json as NpuContexts;
  for (const [i, chip] of listIn(`${argument}.chips`, contexts.chips).entries())
    checkFields(`${argument}.chips.${i}`, chip, { name: NAME, socModel: COUNT, htpArch: COUNT });
  if (contexts.compiled === undefined) return;
  const parts = oneOf(...stages.flatMap(({ parts }) => parts.map(({ context }) => context)));
  const seen = new Set<string>();
  for (const [i, compiled] of listIn(`${argument}.compiled`, contexts.compiled).entries()) {
    const at = `${argument}.compiled.${i}`;
    checkFields(at, compiled, { context: { ...parts, expected: 'that of a part' }, chip: CHIP, qairt: VERSION });
    for (const [j, each] of listIn(`${at}.files`, (compiled as NpuCompiled).files).entries())
      checkFields(`${at}.files.${j}`, each, file);
    const first = checkPlaces(at, contexts, compiled as NpuCompiled);
    if (seen.has(first)) throw badModel(at, 'one of each part for each chip', first);
    seen.add(first);
  }
}

/** Where the first of its files lies. */
function checkPlaces(argument: string, contexts: NpuContexts, { context, chip, files }: NpuCompiled): string {
  const first = contextPath({ contexts }, { context }, chip);
  if (files[0]!.path !== first) throw badModel(`${argument}.files.0.path`, first, files[0]!.path);
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  const outside = files.find(({ path }) => !path.startsWith(folder) || path.includes('/', folder.length));
  if (outside) throw badModel(`${argument}.files`, `files in ${folder}`, outside.path);
  return first;
}
