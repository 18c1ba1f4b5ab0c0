/** Which tensors a network asks for: an implementation of `Layers` that computes shapes and notes every weight. */
import type { ModelDescription } from '../sd15';
import type { StageName, StageSize } from '../stage';
import { type Layers, pictureShape, type Value } from './layers';
import { describe } from './network';
import { convolved, halvedShape, joinedShape, splitShape, withLast } from './shapes';

/** A tensor of the checkpoint by its key, such as `conv_in.weight`. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Every tensor of a stage in the order in which the network uses them. They do not depend on the picture's size. `cut`: of such a part. */
export function parametersOf(
  model: ModelDescription,
  stage: StageName,
  cut: Pick<StageSize, 'deep'> = {},
): Parameter[] {
  const parameters: Parameter[] = [];
  describe(listing(parameters), model, stage, { batch: 1, height: 8, width: 8, ...cut });
  return parameters;
}

/** Operations that compute shapes and note in `parameters` what they ask for. */
export function listing(parameters: Parameter[]): Layers {
  const value = (shape: readonly number[]): Value => ({ name: '', shape });
  const take = (scope: string, weight: readonly number[], bias?: number): void => {
    parameters.push({ name: `${scope}.weight`, shape: weight });
    if (bias !== undefined) parameters.push({ name: `${scope}.bias`, shape: [bias] });
  };
  const same = (x: Value): Value => x;
  return {
    input: (_name, _type, shape) => value(shape),
    output: () => {},
    embedding(scope, ids, { rows, width }) {
      take(scope, [rows, width]);
      return value([...ids.shape, width]);
    },
    addPositions(scope, tokens) {
      take(scope, tokens.shape.slice(1));
      return tokens;
    },
    timestepEmbedding: (_timestep, { width }) => value([1, width]),
    conv2d(scope, x, convolution) {
      const [batch, inChannels, height, width] = pictureShape(x);
      const { channels, kernel, bias = true } = convolution;
      take(scope, [channels, inChannels, kernel, kernel], bias ? channels : undefined);
      return value([batch, channels, convolved(height, convolution), convolved(width, convolution)]);
    },
    linear(scope, x, channels, { bias } = { bias: true }) {
      take(scope, [channels, x.shape.at(-1)!], bias ? channels : undefined);
      return value(withLast(x.shape, channels));
    },
    halved: (x) => value(halvedShape(x.shape)),
    matchTokens: (x) => value(x.shape.slice(0, 2)),
    mergeTokens: (x, _places, count) => value([x.shape[0]!, count, x.shape[2]!]),
    unmergeTokens: (x, places) => value([...places.shape, x.shape[2]!]),
    groupNorm(scope, x) {
      take(scope, [x.shape[1]!], x.shape[1]!);
      return x;
    },
    layerNorm(scope, x) {
      take(scope, [x.shape.at(-1)!], x.shape.at(-1)!);
      return x;
    },
    relu: same,
    tanh: same,
    silu: same,
    quickGelu: same,
    gelu: same,
    geglu: (x) => value(withLast(x.shape, x.shape.at(-1)! / 2)),
    attention: same,
    add: same,
    addToChannels: same,
    scale: same,
    scaleTokens: same,
    scaleFirst: same,
    scaleLowest: same,
    concatChannels: (a, b) => value([a.shape[0]!, a.shape[1]! + b.shape[1]!, ...a.shape.slice(2)]),
    upsampleTo: (x, height, width) => value([...x.shape.slice(0, 2), height, width]),
    splitTokens: (x, count) => value(splitShape(x.shape, count)),
    concatTokens: (a, b) => value(joinedShape(a.shape, b.shape)),
    toTokens: ({ shape }) => value([shape[0]!, shape[2]! * shape[3]!, shape[1]!]),
    toPicture: ({ shape }, height, width) => value([shape[0]!, shape[2]!, height, width]),
  };
}
