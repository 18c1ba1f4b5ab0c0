/** A model quantized, from the first picture that calibrates it to the last file. */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Checkpoint } from '../../models/checkpoint';
import { CLIP_TOKENIZER_HOME } from '../../models/clipTokenizer';
import { writeConverted } from '../../models/convertedFolder.node';
import { unwritable } from '../../models/diskWords.node';
import { VAE_FACTOR } from '../../models/graph/vae';
import { makeFolder } from '../../models/makeFolder.node';
import { STAGE_NAMES } from '../../models/manifest';
import type { NpuStage } from '../../models/npuManifest';
import { diskFiles, openDisk } from '../../models/openDisk.node';
import { planModel } from '../../models/planModel';
import { matrixKeys } from '../../models/quantize/dequantized';
import { type IntegerWeights, roundedToNearest, type WeightBits } from '../../models/quantize/integerWeights';
import { mixedBits } from '../../models/quantize/mixedBits';
import type { LayerQuality } from '../../models/quantize/report/reportData';
import { type Bits, roundedWeights } from '../../models/quantize/roundedWeights';
import type { StageName, StageSize } from '../../models/stage';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { OrtOptions } from '../backend/ort';
import { nodeWasmBackend } from '../backend/ort.node';
import { fingerprint } from '../fingerprint';
import type { Courses } from '../memory/course';
import { nativeSize } from '../model';
import { checkpointModel } from '../model.checkpoint';
import type { Parts } from '../pipeline';
import type { Tensors } from '../tensor';
import type { QuantizeArguments } from './arguments.node';
import { calibrationEngine } from './engine.node';
import { writeNpuManifest, writeNpuStage, writeTokenTable } from './npuPack.node';
import { quantizeProgress } from './progress.node';
import { chosenPrompts } from './prompts';
import { promptInputs, unetInputs } from './qnnInputs';
import { recordedOnce } from './recordedCalls.node';
import { type RoundedStage, roundStage } from './roundStage.node';
import { diskSpool } from './spool.node';
import { recordedCalls } from './trajectories';

/** Prompts that the text encoder reads, which is so much faster than drawing. */
const TEXTS = 64;

/** Goes up when the same words would be rounded to other integers: what was begun before is not gone on with. */
const ROUNDING_VERSION = 1;

/** Writes all that `given` asks for; resolves to the paths of what was written. */
export async function quantizeModel(given: QuantizeArguments, signal: AbortSignal): Promise<string[]> {
  const path = given.model === 'demo' ? resolve(CLIP_TOKENIZER_HOME) : given.model;
  const checkpoint = await openDisk(path, given.options);
  const native = nativeSize(checkpoint.description);
  const sizes = given.sizes.length > 0 ? given.sizes : [{ width: native, height: native }];
  const { out: _, ...asked } = given;
  const facts = [ROUNDING_VERSION, await fingerprint(await diskFiles(path, given.options)), asked];
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
  const work = join(given.out, `.work-${key}`);
  await makeFolder(work).catch((error) => {
    throw unwritable('--out', given.out, error);
  });
  const run = new Quantization(checkpoint, given, work, signal);
  try {
    const stages: NpuStage[] = [];
    for (const [i, size] of sizes.entries()) stages.push(...(await run.size(size, i === 0)));
    const files = await run.finish(stages);
    await rm(work, { recursive: true, force: true });
    return files;
  } catch (error) {
    throw unwritable('--out', given.out, error);
  } finally {
    run.progress.end();
  }
}

/** What the parts of one quantization share. */
class Quantization {
  readonly progress = quantizeProgress(process.stderr);
  private readonly rounded = new Map<StageName, RoundedStage>();

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly given: QuantizeArguments,
    private readonly work: string,
    private readonly signal: AbortSignal,
  ) {}

  /** All networks in one size; weights are rounded for the first alone. */
  async size({ width, height }: { width: number; height: number }, first: boolean): Promise<NpuStage[]> {
    const { checkpoint, given, signal, progress } = this;
    const name = `${width}x${height}`;
    const folder = join(this.work, name);
    await mkdir(folder, { recursive: true });
    const calls = await recordedOnce(join(folder, 'calls.safetensors'), () => {
      const { steps, samples, domains } = given;
      const drawn = { prompts: chosenPrompts(given.prompts, domains), steps, samples, width, height };
      const parts = drawingParts(checkpoint);
      return recordedCalls(parts, drawn, signal, (done, of) => progress.drawing(name, done, of));
    });
    const texts = chosenPrompts(TEXTS, given.domains).map(({ prompt }) => prompt);
    const samples: Readonly<Record<StageName, readonly Tensors[]>> = {
      text_encoder: await promptInputs(checkpoint, this.weights('text_encoder'), texts),
      unet: calls.unet.map((inputs) => unetInputs(checkpoint, inputs)),
      vae_decoder: calls.vae_decoder,
      vae_encoder: calls.vae_encoder,
    };
    const size: StageSize = { batch: 1, width: width / VAE_FACTOR, height: height / VAE_FACTOR };
    const stages: NpuStage[] = [];
    for (const stage of STAGE_NAMES) {
      const { ranges } = await this.round(stage, size, samples[stage], join(folder, stage), first);
      const precision = this.precision;
      if (!precision) continue;
      progress.writing(stage, name);
      const quantized = { stage, size, ranges, ...this.integers(stage), activationBits: precision.activationBits };
      stages.push(await writeNpuStage(given.out, checkpoint.description, quantized));
    }
    return stages;
  }

  /** The same integers for the other backends, and what there is to say of it all, written last. */
  async finish(stages: readonly NpuStage[]): Promise<string[]> {
    const { checkpoint, given, signal, progress, precision } = this;
    const { description, tokenizer, name } = checkpoint;
    const integers = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, this.integers(stage)]));
    const keys = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, new Set(matrixKeys(description, stage))]));
    const isFour = (stage: StageName, key: string): boolean =>
      keys[stage]!.has(key) && integers[stage]!.weightBits(key) === 4;
    const form = this.isMixed ? 'int4' : 'int8';
    const planned = planModel(checkpoint, form, (stage) => (key) => (isFour(stage, key) ? 'int4' : 'int8'));
    await writeConverted(checkpoint, planned, given.out, progress.packing, signal, (stage) => async (key) => {
      return keys[stage]!.has(key) ? integers[stage]!.weights.integers(key) : undefined;
    });
    const layers = join(given.out, 'layers.json');
    await writeFile(layers, JSON.stringify(this.layers(), undefined, 1));
    const files = [join(given.out, 'manifest.json'), layers];
    if (!precision) return files;
    const tokenTable = await writeTokenTable(given.out, checkpoint.weights('text_encoder'));
    const { rounding, sweeps } = given.rounding;
    const made = `${rounding}, ${sweeps} sweeps; ${given.samples} calls of ${given.prompts} pictures`;
    const manifest = { name, precision: precision.name, made, description, tokenizer, tokenTable, stages };
    return [...files, await writeNpuManifest(given.out, manifest)];
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
    const bits: readonly Bits[] = !first ? [] : this.isMixed ? [8, 4] : [8];
    const options = {
      ...given.rounding,
      bits,
      clipping: given.format === 'w8a8' ? given.clipping : ('room' as const),
      places: given.places,
      asymmetric: given.asymmetric,
    };
    const engine = await calibrationEngine(nodeWasmBackend(AS_WRITTEN), signal);
    const spools = {
      exact: await diskSpool(join(folder, 'spool')),
      rounded: await diskSpool(join(folder, 'rounded-spool')),
    };
    const to = { engine, spools, folder, signal };
    const asked = { description, stage, size, samples, weights: this.weights(stage) };
    const rounded = await roundStage(asked, options, to, (done) => progress.rounding(stage, done));
    if (first) this.rounded.set(stage, rounded);
    return rounded;
  }

  private integers(stage: StageName): { readonly weights: IntegerWeights; readonly weightBits: WeightBits } {
    const { layers, files } = this.rounded.get(stage)!;
    const mixed = this.isMixed
      ? mixedBits(this.checkpoint.description, stage, layers, this.given.budget / 100)
      : undefined;
    const bits: WeightBits = (key) => mixed?.get(key) ?? 8;
    return { weights: roundedWeights(files, this.weights(stage), bits), weightBits: bits };
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

/** Above it a model is drawn with in int8: its pictures are hardly others, and take half the time and memory. */
const EXACT_BYTES = 256 * 1024 * 1024;

/** What pictures to calibrate with are drawn with: networks in one piece, since what a part of one is asked says little. */
function drawingParts(checkpoint: Checkpoint): Parts {
  const exact = planModel(checkpoint);
  const large = exact.stages.unet.bytes > EXACT_BYTES;
  const model = checkpointModel(checkpoint, large ? planModel(checkpoint, 'int8') : exact, weightsInTemporaryFile);
  return { model, backend: nodeWasmBackend(), ...(large ? { courses: LEANEST } : {}) };
}

const LEAN = { lean: true };
const LEANEST: Courses = { text_encoder: LEAN, unet: LEAN, vae_decoder: LEAN };

/** Values that are fused away would not be seen. */
const AS_WRITTEN: OrtOptions = { graphOptimizationLevel: 'disabled' };
