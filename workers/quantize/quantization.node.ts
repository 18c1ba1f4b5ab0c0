/**
 * The parts of one quantization and what they share: pictures that calibrate, networks rounded one after another, and what
 * is written of each in every size.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../models/checkpoint';
import { writeConverted } from '../../models/convertedFolder.node';
import { VAE_FACTOR } from '../../models/graph/vae';
import { STAGE_NAMES } from '../../models/manifest';
import type { NpuStage } from '../../models/npuManifest';
import { integerForms, packBytes, planModel } from '../../models/planModel';
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
import { staysWide } from '../../models/quantize/plan';
import { npuBytes } from '../../models/quantize/quantizedBytes';
import type { LayerQuality } from '../../models/quantize/report/reportData';
import { roundedWeights } from '../../models/quantize/roundedWeights';
import type { LayerCost } from '../../models/quantize/sensitivity/chosenBits';
import { budgetWords, isMissed, type SizeBudget, sizeBudget } from '../../models/quantize/sizeBudget';
import type { StageName, StageSize } from '../../models/stage';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { Computing } from '../backend/computing.node';
import { hostInputs } from '../backend/hostInputs';
import type { Parts } from '../openStage';
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
import { type DrawnSize, type RoundedStage, roundStage } from './roundStage.node';
import { guidedSamples, unetCosts } from './sensitivity';
import { USUAL_SENSITIVITY } from './sensitivityRoom';
import { diskSpool } from './spool.node';
import { type Calls, type Once, recordedCalls } from './trajectories';

/** Prompts that the text encoder reads, which is so much faster than drawing. */
const TEXTS = 64;

interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What calibrates in one size. */
interface Drawn {
  readonly name: string;
  /** Where what is worked on lies. */
  readonly folder: string;
  readonly size: StageSize;
  readonly calls: Calls;
}

export class Quantization {
  readonly progress = quantizeProgress(process.stderr);
  private readonly rounded = new Map<StageName, RoundedStage>();
  /** Of weights that may be stored in four bits, what was chosen. */
  private readonly mixed = new Map<StageName, ReadonlyMap<string, Bits>>();
  private readonly budgets: SizeBudget[] = [];
  private engine: Promise<Engine> | undefined;
  private parts: Promise<Parts> | undefined;

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

  /** All networks: rounded for what is drawn in every size, and written in each. */
  async networks(sizes: readonly PictureSize[]): Promise<NpuStage[]> {
    const drawn: Drawn[] = [];
    for (const size of sizes) drawn.push(await this.drawn(size));
    const written: NpuStage[][] = [];
    for (const stage of STAGE_NAMES) {
      // Prompts are read alike for pictures of every size.
      const its = stage === 'text_encoder' ? drawn.slice(0, 1) : drawn;
      const { ranges } = await this.round(stage, its);
      if (this.isMixed) this.choose(stage, await this.costs(stage, its[0]!));
      if (!this.precision) continue;
      const { activationBits } = this.precision;
      for (const [i, { name, size }] of its.entries()) {
        this.progress.writing(stage, name);
        const parts = stage === 'unet' ? this.given.parts : 1;
        const forms = { heads: this.given.heads };
        const quantized = { stage, size, ranges: ranges[i]!, ...this.integers(stage), activationBits, parts, forms };
        const one = await writeNpuStage(this.made, this.checkpoint.description, quantized, this.signal);
        written[i] = [...(written[i] ?? []), one];
      }
    }
    return written.flat();
  }

  /** The model as it draws what calibrates. */
  private drawing(): Promise<Parts> {
    const { checkpoint, computing, progress, signal } = this;
    this.parts ??= drawingParts(checkpoint, computing, join(this.work, 'drawn'), progress.packing, signal);
    return this.parts;
  }

  /** What the networks are asked while pictures of a size are drawn. */
  private async drawn({ width, height }: PictureSize): Promise<Drawn> {
    const { given, signal, progress } = this;
    const name = `${width}x${height}`;
    const folder = join(this.work, name);
    await mkdir(folder, { recursive: true });
    const { steps, samples, domains } = given;
    const asked = { prompts: chosenPrompts(given.prompts, domains), steps, samples, width, height };
    const told = (done: number, of: number): void => progress.drawing(name, done, of);
    // A picture that was drawn before a stop is not drawn again.
    const once: Once = (i, record) => recordedOnce(join(folder, `calls-${i}.safetensors`), record);
    const calls = await recordedCalls(() => this.drawing(), asked, signal, told, once);
    return { name, folder, calls, size: { batch: 1, width: width / VAE_FACTOR, height: height / VAE_FACTOR } };
  }

  /** The same integers for the other backends, and what there is to say of it all, written last; resolves to what says it. */
  async finish(stages: readonly NpuStage[]): Promise<string[]> {
    const { checkpoint, given, signal, progress, precision, made } = this;
    const { description, tokenizer, name } = checkpoint;
    const integers = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, this.integers(stage)]));
    const keys = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, new Set(matrixKeys(description, stage))]));
    const form = this.isMixed ? 'int4' : 'int8';
    const corrected: Checkpoint = {
      ...checkpoint,
      weights: (stage) => correctedBiases(checkpoint.weights(stage), integers[stage]!.weights, this.biases(stage)),
    };
    const { rounding, sweeps } = given.rounding;
    const how = `${rounding}, ${sweeps} sweeps${given.biasCorrection ? ', biases corrected' : ''}; ${given.samples} calls of ${given.prompts} pictures`;
    const forms = (stage: StageName) => integerForms(corrected, stage, integers[stage]!.weightBits);
    const planned = { ...planModel(corrected, form, forms), made: how };
    const id = await writeConverted(corrected, planned, made, progress.packing, signal, (stage) => async (key) => {
      return keys[stage]!.has(key) ? integers[stage]!.weights.integers(key) : undefined;
    });
    await writeFile(join(made, 'layers.json'), numbersJson(this.layers()));
    const budgets = this.isMixed ? { budgets: this.budgets } : {};
    if (this.isMixed) await writeFile(join(made, 'budgets.json'), JSON.stringify(this.budgets, undefined, 1));
    const files = ['manifest.json', 'layers.json', ...(this.isMixed ? ['budgets.json'] : [])];
    if (!precision) return files;
    const tokenTable = await writeTokenTable(made, checkpoint.weights('text_encoder'));
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
      // What a pack keeps in wide numbers was rounded for NPUs alone.
      const isRounded = (key: string): boolean => this.precision !== undefined || !staysWide(key);
      const chosen = layers.filter(({ key, bits }) => bits === weightBits(key) && isRounded(key));
      return chosen.map(({ key, bits, decibels }): LayerQuality => {
        return { name: `${stage}: ${key.replace(/\.weight$/, '')}`, bits, sqnr: decibels };
      });
    });
  }

  private async round(stage: StageName, drawn: readonly Drawn[]): Promise<RoundedStage> {
    const { checkpoint, given, signal, progress } = this;
    const { description } = checkpoint;
    const options = {
      ...given.rounding,
      bits: this.isMixed ? ([8, 4] as const) : ([8] as const),
      clipping: given.format === 'w8a8' ? given.clipping : ('room' as const),
      places: given.places,
      // What earlier parts leave is looked at between parts alone.
      parts: given.asymmetric ? blocksOf(description, stage) : 1,
      asymmetric: given.asymmetric,
      biasCorrection: given.biasCorrection,
      momentBytes: given.momentBytes,
      forms: { heads: given.heads },
      // A decoder's errors are in every picture as they are.
      kernels: stage === 'unet' && fourBitKernels(given.format),
    };
    this.engine ??= calibrationEngine(this.computing, signal);
    const host = hostOf(checkpoint);
    const sizes: DrawnSize[] = [];
    for (const { folder, size, calls } of drawn) {
      const asked = stage === 'text_encoder' ? this.texts() : calls[stage];
      const spools = {
        exact: await diskSpool(join(folder, stage, 'spool')),
        rounded: await diskSpool(join(folder, stage, 'rounded-spool')),
      };
      sizes.push({ size, spools, samples: await Promise.all(asked.map((inputs) => hostInputs(stage, inputs, host))) });
    }
    const to = { engine: await this.engine, folder: join(this.work, stage), signal };
    const asked = { description, stage, sizes, weights: this.weights(stage) };
    const rounded = await roundStage(asked, options, to, (done) => progress.rounding(stage, done));
    this.rounded.set(stage, rounded);
    return rounded;
  }

  /** Guidance asks for the empty prompt with every picture. */
  private texts(): readonly Tensors[] {
    const prompts = chosenPrompts(TEXTS, this.given.domains).map(({ prompt }) => prompt);
    return promptCalls(this.checkpoint, ['', ...prompts]);
  }

  /** What four bits cost each weight that has them: in the UNet's guided noise where that was asked to be measured. */
  private async costs(stage: StageName, { size, calls: { guided } }: Drawn): Promise<readonly LayerCost[]> {
    const { checkpoint, given, signal, progress } = this;
    const { layers, files } = this.rounded.get(stage)!;
    const byLayer = costsByLayer(checkpoint.description, stage, layers);
    const samples = guidedSamples(guided, given.sensitivity ?? USUAL_SENSITIVITY);
    if (stage !== 'unet' || samples.length === 0) return byLayer;
    const keys = byLayer.map(({ key }) => key);
    const [four, eight] = ([4, 8] as const).map((bits) => roundedWeights(files, this.weights(stage), () => bits));
    const asked = { checkpoint, size, samples, keys, four: four!, eight: eight!, backend: this.computing.backend() };
    const path = join(this.work, stage, `errors-${samples.length}.json`);
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
    const share = this.given.budget / 100;
    // Weights alone are packed, and nothing else; with activations the graphs for NPUs are what there is no room for.
    const bytes = this.precision ? npuBytes(this.checkpoint.description, stage) : packBytes(this.checkpoint, stage);
    const bits = mixedBits(bytes, costs, share);
    this.mixed.set(stage, bits);
    const budget = sizeBudget(bytes, bits, share);
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
