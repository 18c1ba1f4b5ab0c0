/**
 * The parts of one quantization and what they share: pictures that calibrate, networks rounded one after another, and what
 * is written of each in every size.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../models/checkpoint';
import { writeConverted } from '../../models/convertedFolder.node';
import { parametersOf } from '../../models/graph/parameters';
import { VAE_FACTOR } from '../../models/graph/vae';
import { STAGE_NAMES } from '../../models/manifest';
import type { NpuStage } from '../../models/npuManifest';
import { planModel } from '../../models/planModel';
import { blocksOf } from '../../models/quantize/blocks';
import type { Engine } from '../../models/quantize/calibrate/network';
import { biasesOf, correctedBiases } from '../../models/quantize/correctedBiases';
import { matrixKeys } from '../../models/quantize/dequantized';
import {
  type Bits,
  type IntegerWeights,
  roundedToNearest,
  type WeightBits,
} from '../../models/quantize/integerWeights';
import { costsByLayer, mixedBits } from '../../models/quantize/mixedBits';
import { numbersJson } from '../../models/quantize/numbersJson';
import { hasSteps, type PlannedForm } from '../../models/quantize/plan';
import type { LayerQuality } from '../../models/quantize/report/reportData';
import { roundedWeights } from '../../models/quantize/roundedWeights';
import type { LayerCost } from '../../models/quantize/sensitivity/chosenBits';
import { budgetWords, isMissed, type SizeBudget, sizeBudget } from '../../models/quantize/sizeBudget';
import type { StageName, StageSize } from '../../models/stage';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { Computing } from '../backend/computing.node';
import { hostInputs } from '../backend/hostInputs';
import type { Tensors } from '../tensor';
import { fourBitKernels, type QuantizeArguments } from './arguments.node';
import { drawingParts } from './drawingParts.node';
import { calibrationEngine } from './engine.node';
import { hostOf, promptCalls } from './host';
import { notedErrors, noteErrors } from './notedErrors.node';
import { writeNpuManifest, writeNpuStage, writeTokenTable } from './npuPack.node';
import { quantizeProgress } from './progress.node';
import { chosenPrompts } from './prompts';
import { recordedOnce } from './recordedCalls.node';
import { type RoundedStage, roundStage } from './roundStage.node';
import { guidedSamples, unetCosts } from './sensitivity';
import { USUAL_SENSITIVITY } from './sensitivityRoom';
import { diskSpool } from './spool.node';
import { type Calls, recordedCalls } from './trajectories';

/** Prompts that the text encoder reads, which is so much faster than drawing. */
const TEXTS = 64;

export class Quantization {
  readonly progress = quantizeProgress(process.stderr);
  private readonly rounded = new Map<StageName, RoundedStage>();
  /** Of weights that may be stored in four bits, what was chosen. */
  private readonly mixed = new Map<StageName, ReadonlyMap<string, Bits>>();
  private readonly budgets: SizeBudget[] = [];
  private engine: Promise<Engine> | undefined;

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly given: QuantizeArguments,
    private readonly computing: Computing,
    private readonly work: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Where all that is written waits until it is whole. */
  get made(): string {
    return join(this.work, 'made');
  }

  /** All networks in one size; weights are rounded for the first alone. */
  async size({ width, height }: { width: number; height: number }, first: boolean): Promise<NpuStage[]> {
    // Weights alone know no sizes.
    if (!first && !this.precision) return [];
    const { checkpoint, given, signal, progress } = this;
    const name = `${width}x${height}`;
    const folder = join(this.work, name);
    await mkdir(folder, { recursive: true });
    const calls = await recordedOnce(join(folder, 'calls.safetensors'), async () => {
      const { steps, samples, domains } = given;
      const drawn = { prompts: chosenPrompts(given.prompts, domains), steps, samples, width, height };
      const parts = await drawingParts(checkpoint, this.computing, join(this.work, 'drawn'), progress.packing, signal);
      return recordedCalls(parts, drawn, signal, (done, of) => progress.drawing(name, done, of));
    });
    // Guidance asks for the empty prompt with every picture.
    const texts = ['', ...chosenPrompts(TEXTS, given.domains).map(({ prompt }) => prompt)];
    const own = { ...calls, text_encoder: promptCalls(checkpoint, texts) };
    const host = hostOf(checkpoint);
    const size: StageSize = { batch: 1, width: width / VAE_FACTOR, height: height / VAE_FACTOR };
    const stages: NpuStage[] = [];
    for (const stage of STAGE_NAMES) {
      const samples = await Promise.all(own[stage].map((inputs) => hostInputs(stage, inputs, host)));
      const { ranges } = await this.round(stage, size, samples, join(folder, stage), first);
      if (first && this.isMixed) {
        const costs = await this.costs(stage, size, calls, join(folder, stage));
        this.choose(stage, costs);
      }
      const precision = this.precision;
      if (!precision || (!first && stage === 'text_encoder')) continue;
      progress.writing(stage, name);
      const { activationBits } = precision;
      const parts = stage === 'unet' ? given.parts : 1;
      const quantized = { stage, size, ranges, ...this.integers(stage), activationBits, parts };
      stages.push(await writeNpuStage(this.made, checkpoint.description, quantized, signal));
    }
    return stages;
  }

  /** The same integers for the other backends, and what there is to say of it all, written last; resolves to what says it. */
  async finish(stages: readonly NpuStage[]): Promise<string[]> {
    const { checkpoint, given, signal, progress, precision, made } = this;
    const { description, tokenizer, name } = checkpoint;
    const integers = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, this.integers(stage)]));
    const keys = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, new Set(matrixKeys(description, stage))]));
    const isFour = (stage: StageName, key: string): boolean =>
      keys[stage]!.has(key) && integers[stage]!.weightBits(key) === 4;
    const form = this.isMixed ? 'int4' : 'int8';
    const corrected: Checkpoint = {
      ...checkpoint,
      weights: (stage) => correctedBiases(checkpoint.weights(stage), integers[stage]!.weights, this.biases(stage)),
    };
    const isKernel = new Set(
      parametersOf(description, 'unet').flatMap(({ name, shape }) => (hasSteps(shape) ? name : [])),
    );
    const four = (key: string): PlannedForm => (isKernel.has(key) ? 'steps4' : 'int4');
    const planned = planModel(corrected, form, (stage) => (key) => (isFour(stage, key) ? four(key) : 'int8'));
    const id = await writeConverted(corrected, planned, made, progress.packing, signal, (stage) => async (key) => {
      return keys[stage]!.has(key) ? integers[stage]!.weights.integers(key) : undefined;
    });
    await writeFile(join(made, 'layers.json'), numbersJson(this.layers()));
    const budgets = this.isMixed ? { budgets: this.budgets } : {};
    if (this.isMixed) await writeFile(join(made, 'budgets.json'), JSON.stringify(this.budgets, undefined, 1));
    const files = ['manifest.json', 'layers.json', ...(this.isMixed ? ['budgets.json'] : [])];
    if (!precision) return files;
    const tokenTable = await writeTokenTable(made, checkpoint.weights('text_encoder'));
    const { rounding, sweeps } = given.rounding;
    const how = `${rounding}, ${sweeps} sweeps${given.biasCorrection ? ', biases corrected' : ''}; ${given.samples} calls of ${given.prompts} pictures`;
    const manifest = {
      id,
      name,
      precision: precision.name,
      made: how,
      description,
      tokenizer,
      tokenTable,
      ...budgets,
      stages,
    };
    await writeNpuManifest(made, manifest);
    return [...files, 'npu.json'];
  }

  /** What rounding cost each layer, in the bits that were chosen for it: for reports. */
  private layers(): LayerQuality[] {
    return STAGE_NAMES.flatMap((stage) => {
      const { weightBits } = this.integers(stage);
      const { layers } = this.rounded.get(stage)!;
      const chosen = layers.filter(({ key, bits }) => bits === weightBits(key));
      return chosen.map(({ key, bits, decibels }): LayerQuality => {
        return { name: `${stage}: ${key.replace(/\.weight$/, '')}`, bits, sqnr: decibels };
      });
    });
  }

  private async round(
    stage: StageName,
    size: StageSize,
    samples: readonly Tensors[],
    folder: string,
    first: boolean,
  ): Promise<RoundedStage> {
    const { checkpoint, given, signal, progress } = this;
    const { description } = checkpoint;
    // Prompts are read alike for pictures of every size.
    if (!first && stage === 'text_encoder') return this.rounded.get(stage)!;
    const bits: readonly Bits[] = !first ? [] : this.isMixed ? [8, 4] : [8];
    const options = {
      ...given.rounding,
      bits,
      clipping: given.format === 'w8a8' ? given.clipping : ('room' as const),
      places: given.places,
      // What earlier parts leave is looked at between parts alone.
      parts: given.asymmetric ? blocksOf(description, stage) : 1,
      asymmetric: given.asymmetric,
      biasCorrection: given.biasCorrection,
      // A decoder's errors are in every picture as they are.
      kernels: stage === 'unet' && fourBitKernels(given.format),
    };
    this.engine ??= calibrationEngine(this.computing, signal);
    const spools = {
      exact: await diskSpool(join(folder, 'spool')),
      rounded: await diskSpool(join(folder, 'rounded-spool')),
    };
    const to = { engine: await this.engine, spools, folder, signal };
    const asked = { description, stage, size, samples, weights: this.weights(stage) };
    const rounded = await roundStage(asked, options, to, (done) => progress.rounding(stage, done));
    if (first) this.rounded.set(stage, rounded);
    return rounded;
  }

  /** What four bits cost each weight that has them: in the UNet's guided noise where that was asked to be measured. */
  private async costs(
    stage: StageName,
    size: StageSize,
    { guided }: Calls,
    folder: string,
  ): Promise<readonly LayerCost[]> {
    const { checkpoint, given, signal, progress } = this;
    const { layers, files } = this.rounded.get(stage)!;
    const byLayer = costsByLayer(checkpoint.description, stage, layers);
    const samples = guidedSamples(guided, given.sensitivity ?? USUAL_SENSITIVITY);
    if (stage !== 'unet' || samples.length === 0) return byLayer;
    const keys = byLayer.map(({ key }) => key);
    const [four, eight] = ([4, 8] as const).map((bits) => roundedWeights(files, this.weights(stage), () => bits));
    const asked = { checkpoint, size, samples, keys, four: four!, eight: eight!, backend: this.computing.backend() };
    const path = join(folder, `errors-${samples.length}.json`);
    return unetCosts(
      { ...asked, keep: weightsInTemporaryFile },
      await notedErrors(path),
      signal,
      async (errors, of) => {
        progress.pricing(errors.size, of);
        await noteErrors(path, errors);
      },
    );
  }

  /** Gives each weight its bits; what was asked of the size and cannot be had is told at once. */
  private choose(stage: StageName, costs: readonly LayerCost[]): void {
    const { description } = this.checkpoint;
    const share = this.given.budget / 100;
    const bits = mixedBits(description, stage, costs, share);
    this.mixed.set(stage, bits);
    const budget = sizeBudget(description, stage, bits, share);
    this.budgets.push(budget);
    if (isMissed(budget)) this.progress.note(`--budget missed: ${budgetWords(budget)}`);
  }

  private integers(stage: StageName): { readonly weights: IntegerWeights; readonly weightBits: WeightBits } {
    const { files } = this.rounded.get(stage)!;
    const mixed = this.mixed.get(stage);
    const bits: WeightBits = (key) => mixed?.get(key) ?? 8;
    return { weights: roundedWeights(files, this.weights(stage), bits), weightBits: bits };
  }

  private biases(stage: StageName): ReadonlySet<string> {
    return this.given.biasCorrection ? biasesOf(this.checkpoint.description, stage) : new Set();
  }

  private get isMixed(): boolean {
    return this.given.format.startsWith('w4');
  }

  private weights(stage: StageName): IntegerWeights {
    return roundedToNearest(this.checkpoint.weights(stage), () => 8);
  }

  private get precision() {
    const { format } = this.given;
    if (format === 'w8' || format === 'w4') return undefined;
    return { name: format, activationBits: format === 'w8a8' ? 8 : 16 } as const;
  }
}
