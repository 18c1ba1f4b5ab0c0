/** `npu.json` proven field by field before anything of it is opened: who wrote it may have been another version, or nobody's friend. */

import { checkDescription } from './descriptionCheck';
import { elementCount } from './dtype';
import { COUNT, checkFields, fieldsIn, INDEX, listIn, oneOf, type Rule, SHA256, TEXT } from './fieldRules';
import { MOST_FILE_BYTES } from './graph/qnn/constantFile';
import { STAGE_NAMES, type TokenizerFiles } from './manifest';
import { checkContexts, isBelow } from './npuContextsCheck';
import { NPU_FORMAT, NPU_PRECISIONS, NPU_VERSION, type NpuManifest, npuFiles } from './npuManifest';
import { checkStages } from './npuStagesCheck';
import { badModel, shown, unsupportedModel } from './refuse';

const WHERE = 'npu.json';

const FOLDER: Rule = { expected: 'a path below the manifest', holds: isBelow };

/** The rules of a file: where it lies, how long it is, and its hash. */
const FILE = {
  path: FOLDER,
  bytes: {
    expected: `1 to ${MOST_FILE_BYTES}`,
    holds: (bytes: unknown) => COUNT.holds(bytes) && (bytes as number) <= MOST_FILE_BYTES,
  },
  sha256: SHA256,
} as const;

const BUDGET = { stage: oneOf(...STAGE_NAMES), fp32: COUNT, asked: INDEX, got: COUNT, least: COUNT };

/**
 * `json` as a manifest. `unsupported-model` where it is of another format, version or precision, `bad-model` where any
 * field is missing, of another kind, or at odds with the others: both say which, what was expected and what it got.
 */
export function checkNpuManifest(json: unknown): NpuManifest {
  const given = fieldsIn(WHERE, json);
  for (const [name, known] of [
    ['format', [NPU_FORMAT]],
    ['version', [NPU_VERSION]],
    ['precision', NPU_PRECISIONS],
  ] as const) {
    const { expected, holds } = oneOf(...known);
    if (!holds(given[name])) throw unsupportedModel(`${WHERE}: ${name}`, expected, shown(given[name]));
  }
  for (const name of ['name', 'made'])
    if (!TEXT.holds(given[name])) throw badModel(`${WHERE}: ${name}`, TEXT.expected, shown(given[name]));
  if (given.id !== undefined && !SHA256.holds(given.id))
    throw badModel(`${WHERE}: id`, SHA256.expected, shown(given.id));
  const manifest = given as unknown as NpuManifest;
  const description = checkDescription(`${WHERE}: description`, given.description);
  checkTokenizer(`${WHERE}: tokenizer`, given.tokenizer, description.textEncoder.vocabSize);
  checkTokenTable(`${WHERE}: tokenTable`, given.tokenTable, description);
  if (given.budgets !== undefined) {
    for (const [i, budget] of listIn(`${WHERE}: budgets`, given.budgets).entries())
      checkFields(`${WHERE}: budgets.${i}`, budget, BUDGET);
  }
  checkStages(`${WHERE}: stages`, listIn(`${WHERE}: stages`, given.stages), description, (argument, file) =>
    checkFields(argument, file, FILE),
  );
  checkContexts(`${WHERE}: contexts`, given.contexts, manifest.stages, FILE);
  const seen = new Set<string>();
  for (const { path } of npuFiles(manifest)) {
    if (seen.has(path)) throw badModel(`${WHERE}: ${path}`, 'one file of this path', 'two');
    seen.add(path);
  }
  return manifest;
}

function checkTokenizer(argument: string, json: unknown, vocabulary: number): void {
  checkFields(argument, json, { merges: TEXT });
  const entries = Object.entries(fieldsIn(`${argument}.vocab`, (json as Partial<TokenizerFiles>).vocab));
  const wrong = entries.find(([, id]) => !INDEX.holds(id) || (id as number) >= vocabulary);
  if (wrong) throw badModel(`${argument}.vocab.${wrong[0]}`, `0 to ${vocabulary - 1}`, shown(wrong[1]));
}

const NUMBER_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

function checkTokenTable(argument: string, json: unknown, { textEncoder }: NpuManifest['description']): void {
  checkFields(argument, json, { ...FILE, dtype: oneOf(...Object.keys(NUMBER_BYTES)) });
  const { bytes, dtype } = json as NpuManifest['tokenTable'];
  const { vocabSize, hiddenSize } = textEncoder;
  const expected = elementCount([vocabSize, hiddenSize, NUMBER_BYTES[dtype]]);
  if (bytes !== expected)
    throw badModel(`${argument}.bytes`, `${vocabSize} × ${hiddenSize} in ${dtype}: ${expected}`, `${bytes}`);
}
