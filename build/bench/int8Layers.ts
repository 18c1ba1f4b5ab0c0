/**
 * `npm run bench -- int8-layers [--prompts N] [--size PIXELS] [--levels 255]`: what every product of the demo model's networks loses on
 * our own kernels by itself, given what the layer before it would give without rounding: decibels of signal to noise, with activations as
 * this machine rounds them, and with sixteen bits of them, which leaves what its weights have lost. Inputs are of calls along real
 * trajectories. `--levels 255`: bytes, also on machines that do not multiply them.
 */
import { parseArgs } from 'node:util';
import { HELD_OUT_PROMPTS } from '../../models/calibration/calibrationPrompts';
import type { Checkpoint } from '../../models/checkpoint';
import type { Layers, Value } from '../../models/graph/layers';
import { describe } from '../../models/graph/network';
import { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { onnxLayers } from '../../models/graph/onnx/onnxLayers';
import { type Call, replay, traced } from '../../models/graph/trace';
import { modelPath, openDisk } from '../../models/openDisk.node';
import { WEIGHTS_FILE } from '../../models/pack';
import { planModel } from '../../models/planModel';
import { addEnergies, type Energies, energies, NO_ENERGIES, sqnr } from '../../models/quantize/quality/sqnr';
import { median } from '../../models/quantize/report/numbers';
import type { StageName, StageSize } from '../../models/stage';
import { networkOf } from '../../workers/backend/int8/assemble';
import { nodeThreads } from '../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../workers/backend/int8/int8Stage';
import { wordsOf } from '../../workers/backend/int8/numbers';
import type { Threads } from '../../workers/backend/int8/threads';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import { recordedCalls } from '../../workers/quantize/trajectories';
import type { Tensor, Tensors } from '../../workers/tensor';

const STAGES = ['unet', 'vae_decoder'] as const satisfies readonly StageName[];
const never = new AbortController().signal;

export interface LayerLoss {
  readonly scope: string;
  /** Decibels, of rows as they are rounded and of weights alone; infinite where a layer is computed in float32. */
  readonly all: number;
  readonly weights: number;
}

export async function int8Layers(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { prompts: text, size: text, levels: text } });
  const { prompts = '4', size = '256', levels } = values;
  const rounding = levels === undefined ? {} : ({ form: 'words', numbers: wordsOf(Number(levels)) } as const);
  const rows = await nodeThreads({ threads: 1, ...rounding });
  const checkpoint = await openDisk(modelPath('demo'), {});
  const side = Number(size);
  const calls = await recordedCalls(
    async () => ({ model: checkpointModel(checkpoint), backend: nodeWasmBackend() }),
    {
      prompts: HELD_OUT_PROMPTS.filter(({ domain }) => domain === 'demo').slice(0, Number(prompts)),
      ...{ steps: 20, width: side, height: side, samples: 2 * Number(prompts) },
    },
    never,
  );
  const words = await nodeThreads({ threads: 1, form: 'words' });
  for (const stage of STAGES) {
    const found = await layerLosses(checkpoint, stage, side / 8, calls[stage], { rows, words });
    report(stage, rows.form, found);
  }
  return 0;
}

function report(stage: StageName, form: string, found: readonly LayerLoss[]): void {
  const rounded = found.filter(({ all }) => Number.isFinite(all)).sort((a, b) => a.all - b.all);
  console.log(`\n${stage}: ${rounded.length} of ${found.length} products rounded, form ${form}; the worst:`);
  for (const { scope, all, weights } of rounded.slice(0, 10)) {
    console.log(`  ${all.toFixed(1).padStart(6)} dB  ${weights.toFixed(1).padStart(6)} by its weights alone  ${scope}`);
  }
  const [everything, alone] = [rounded.map(({ all }) => all), rounded.map(({ weights }) => weights)];
  console.log(`  median ${median(everything).toFixed(1)}, least ${everything[0]!.toFixed(1)} dB`);
  console.log(`  weights alone: median ${median(alone).toFixed(1)}, least ${Math.min(...alone).toFixed(1)} dB`);
}

/** Of every product of `stage`, over all of `calls`. */
export async function layerLosses(
  checkpoint: Checkpoint,
  stage: StageName,
  side: number,
  calls: readonly Tensors[],
  threads: { readonly rows: Threads; readonly words: Threads },
): Promise<LayerLoss[]> {
  const size: StageSize = { batch: 1, height: side, width: side };
  const trace = traced((net) => describe(net, checkpoint.description, stage, size));
  const products = trace.filter(({ op }) => op === 'conv2d' || op === 'linear');
  const kept = products.map(() => ({ all: NO_ENERGIES, weights: NO_ENERGIES }));
  const openExact = await exactWithin(checkpoint, stage, size, trace, products);
  const int8 = checkpointModel(checkpoint, planModel(checkpoint, 'int8'));
  const { network, weights } = await int8.file(stage, size, never);
  try {
    for (const inputs of calls) {
      const seen = await openExact.run(inputs);
      for (const [i, call] of products.entries()) {
        const [x, y] = [seen[`in.${i}`]!, seen[`out.${i}`]!];
        const alone = { ...networkOf(network!), name: scopeOf(call), describe: by(call, x.shape) };
        const lost = async (on: Threads): Promise<Energies> => {
          const opened = await openInt8Stage(alone, weights, on, never);
          const output = await opened.run({ x }).finally(() => opened.close());
          return energies(y.data, output.y!.data);
        };
        const one = kept[i]!;
        one.all = addEnergies(one.all, await lost(threads.rows));
        one.weights = addEnergies(one.weights, await lost(threads.words));
      }
    }
  } finally {
    weights.close();
    await openExact.close();
  }
  // Where both have only the last bits of float32 between them, nothing was rounded.
  const decibels = (sums: Energies): number => (sqnr(sums) > FLOAT_DECIBELS ? Number.POSITIVE_INFINITY : sqnr(sums));
  return products.map((call, i) => ({
    scope: scopeOf(call),
    all: decibels(kept[i]!.all),
    weights: decibels(kept[i]!.weights),
  }));
}

const FLOAT_DECIBELS = 100;

const scopeOf = ({ args }: Call): string => args[0] as string;

/** One call of a network by itself, from `x` to `y`. */
const by =
  ({ op, args }: Call, shape: Tensor['shape']) =>
  (net: Layers): void => {
    const x = net.input('x', 'float32', shape);
    const [scope, , ...rest] = args;
    net.output('y', (net[op] as (...args: readonly unknown[]) => Value)(scope, x, ...rest));
  };

/** The checkpoint's own network, which hands out what goes into each of `products`, `in.0` …, and what comes out, `out.0` …. */
async function exactWithin(
  checkpoint: Checkpoint,
  stage: StageName,
  size: StageSize,
  trace: readonly Call[],
  products: readonly Call[],
) {
  const model = checkpointModel(checkpoint);
  const { network, weights } = await model.file(stage, size, never);
  const graph = new GraphBuilder(stage, network!.tensors, WEIGHTS_FILE);
  const net = onnxLayers(graph, { pixels: size.height * size.width });
  const made = new Map<unknown, Value>();
  replay(net, trace, made);
  for (const [i, { args, result }] of products.entries()) {
    net.output(`in.${i}`, made.get(args[1])!);
    net.output(`out.${i}`, made.get(result)!);
  }
  return nodeWasmBackend()
    .open({ name: stage, graph: graph.build(), weights }, never)
    .finally(() => weights.close());
}
