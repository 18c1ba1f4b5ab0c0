/** The networks of an `npu.json`: each in every size, their parts fitting one another and the model's description. */
import { COUNT, checkFields, fieldsIn, listIn, listOf, NAME, oneOf, type Rule } from './fieldRules';
import { STAGE_NAMES } from './manifest';
import type { NpuPart, NpuPort, NpuStage } from './npuManifest';
import { type NetworkPorts, networkPorts } from './npuPorts';
import { badModel, shown } from './refuse';
import type { ModelDescription } from './sd15';

const SIDE: Rule = {
  expected: 'a multiple of 8',
  holds: (pixels) => COUNT.holds(pixels) && (pixels as number) % 8 === 0,
};
const NONE: Rule = {
  expected: 'nothing: prompts are read alike for every size',
  holds: (value) => value === undefined,
};
const PORT = { name: NAME, dtype: oneOf('float32'), shape: listOf(COUNT) };
const CONTEXT: Rule = {
  expected: 'the name of an .onnx file',
  holds: (name) => typeof name === 'string' && /^[\w.-]+\.onnx$/.test(name) && !name.startsWith('.'),
};

type CheckFile = (argument: string, json: unknown) => void;

/** `bad-model`, at `argument` and what of it, unless `stages` are networks as `description` says. */
export function checkStages(
  argument: string,
  stages: readonly unknown[],
  description: ModelDescription,
  checkFile: CheckFile,
): void {
  const found = new Map<string, Set<string>>();
  const contexts = new Set<string>();
  for (const [i, json] of stages.entries()) {
    const at = `${argument}.${i}`;
    const stage = checkStage(at, json, description, checkFile);
    const size = stage.width === undefined ? 'any size' : `${stage.width}×${stage.height}`;
    const names = found.get(size) ?? new Set<string>();
    if (names.has(stage.stage)) throw badModel(at, `one ${stage.stage} for ${size}`, 'two');
    found.set(size, names.add(stage.stage));
    for (const { context } of stage.parts) {
      if (contexts.has(context)) throw badModel(at, 'a context of its own for each part', context);
      contexts.add(context);
    }
  }
  found.set('any size', found.get('any size') ?? new Set());
  for (const [size, names] of found) {
    const needed = STAGE_NAMES.filter((name) => (name === 'text_encoder') === (size === 'any size'));
    for (const name of needed)
      if (!names.has(name)) throw badModel(argument, `${name} for ${size}`, [...names].join(', ') || 'none');
  }
  if (found.size === 1) throw badModel(argument, 'networks for at least one size', 'none');
}

function checkStage(argument: string, json: unknown, description: ModelDescription, checkFile: CheckFile): NpuStage {
  checkFields(argument, json, { stage: oneOf(...STAGE_NAMES) });
  const stage = json as NpuStage;
  const side = stage.stage === 'text_encoder' ? NONE : SIDE;
  checkFields(argument, json, { width: side, height: side });
  for (const [i, part] of listIn(`${argument}.parts`, stage.parts).entries()) {
    const at = `${argument}.parts.${i}`;
    checkFields(at, part, { context: CONTEXT });
    const { inputs, outputs, graph, weights } = fieldsIn(at, part);
    checkPorts(`${at}.inputs`, inputs);
    checkPorts(`${at}.outputs`, outputs);
    checkFile(`${at}.graph`, graph);
    checkFile(`${at}.weights`, weights);
  }
  const { width = 8, height = 8 } = stage;
  checkFlow(`${argument}.parts`, stage.parts, networkPorts(description, stage.stage, { width, height }));
  return stage;
}

function checkPorts(argument: string, json: unknown): void {
  for (const [i, port] of listIn(argument, json).entries()) checkFields(`${argument}.${i}`, port, PORT);
}

/** What each part takes in must have been handed out before, and in the end the network's outputs must be there. */
function checkFlow(argument: string, parts: readonly NpuPart[], network: NetworkPorts): void {
  const known = new Map(network.inputs.map((port) => [port.name, port]));
  const taken = new Set<string>();
  for (const [i, { inputs, outputs }] of parts.entries()) {
    for (const input of inputs) expectSame(`${argument}.${i}.inputs`, known.get(input.name), input);
    for (const input of inputs) taken.add(input.name);
    for (const output of outputs) {
      if (known.has(output.name)) throw badModel(`${argument}.${i}.outputs`, 'another name', output.name);
      known.set(output.name, output);
    }
  }
  for (const output of network.outputs) expectSame(`${argument}: outputs`, output, known.get(output.name));
  const idle = network.inputs.find(({ name }) => !taken.has(name));
  if (idle) throw badModel(`${argument}: inputs`, idle.name, [...taken].join(', '));
}

function expectSame(argument: string, expected: NpuPort | undefined, got: NpuPort | undefined): void {
  if (!expected) throw badModel(argument, 'what the network is given, or earlier parts hand out', `${got?.name}`);
  if (`${got?.shape}` === `${expected.shape}`) return;
  throw badModel(
    argument,
    `${expected.name} ${shown(expected.shape)}`,
    got ? `${got.name} ${shown(got.shape)}` : 'none',
  );
}
