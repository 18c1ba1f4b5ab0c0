/**
 * A network's weights rounded and its ranges measured, part by part. Every part that is done lies in a folder as two
 * files, so that what was stopped goes on with the next.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource } from '../../models/folder.node';
import type { QnnForms } from '../../models/graph/qnn/qnnLayers';
import { type QnnStage, qnnSegmentsAlike } from '../../models/graph/qnn/qnnStage';
import { atPlace } from '../../models/quantize/atPlace';
import type { ActivationStatistics } from '../../models/quantize/calibrate/activations';
import { advanceRounded, calibratePart, dropSpent, type Sized } from '../../models/quantize/calibrate/calibrate';
import { type Clipping, clipped, withRoom } from '../../models/quantize/calibrate/clipping';
import type { Engine, NetworkTensors, Spool } from '../../models/quantize/calibrate/network';
import { biasesOf } from '../../models/quantize/correctedBiases';
import { standingFor } from '../../models/quantize/dequantized';
import type { Range } from '../../models/quantize/encodings';
import type { Bits, IntegerWeights } from '../../models/quantize/integerWeights';
import { numbersJson, withInfinities } from '../../models/quantize/numbersJson';
import { fp32Bytes } from '../../models/quantize/quantizedBytes';
import { roundedFile } from '../../models/quantize/roundedWeights';
import type { RoundingOptions } from '../../models/quantize/roundLayer';
import { type LayerFound, roundPart } from '../../models/quantize/roundPart';
import { openSafetensors, type Safetensors } from '../../models/safetensors';
import type { ModelDescription } from '../../models/sd15';
import type { StageName, StageSize } from '../../models/stage';
import { writeWhole } from '../../models/writeWhole.node';

/** Pictures of one size, and where it waits what the network's parts hand on of them. */
export interface DrawnSize {
  readonly size: StageSize;
  /** Inputs of the network's graph for QNN. */
  readonly samples: readonly NetworkTensors[];
  readonly spools: Spools;
}

export interface StageToRound {
  readonly description: ModelDescription;
  readonly stage: StageName;
  /** What is drawn in each size, all of which weights are rounded for. */
  readonly sizes: readonly DrawnSize[];
  /** The checkpoint's. */
  readonly weights: IntegerWeights;
}

export interface RoundStageOptions extends RoundingOptions {
  /** Widths to round every weight to. */
  readonly bits: readonly Bits[];
  /** Of activations in 8 bits; in 16 their ranges get room instead. */
  readonly clipping: Clipping | 'room';
  /** Whether layers are rounded for the inputs that earlier, rounded parts leave. */
  readonly asymmetric: boolean;
  /** Whether biases take back what rounding does to the means of layers' outputs. */
  readonly biasCorrection: boolean;
  /** Whether kernels of 3 × 3 may have four bits (roundPart.ts). */
  readonly kernels: boolean;
  /** Parts that the network is looked at in, at least; more where its weights are many. */
  readonly parts: number;
  /** Places of each layer's output that are looked at, of each sample. */
  readonly places: number;
  /** What second moments may take (calibrate.ts). */
  readonly momentBytes?: number;
  /** How the network is drawn, which decides what ranges are of. */
  readonly forms?: QnnForms;
}

export interface RoundedStage {
  /** Of each size. */
  readonly ranges: readonly ReadonlyMap<string, Range>[];
  readonly layers: readonly LayerFound[];
  /** Files with the integers. */
  readonly files: readonly Safetensors[];
}

/** For what parts hand on, exact and rounded. */
export interface Spools {
  readonly exact: Spool;
  readonly rounded: Spool;
}

interface PartFound {
  /** Of each size. */
  readonly ranges: readonly (readonly (readonly [tap: string, range: Range])[])[];
  readonly layers: readonly LayerFound[];
}

/** Float32 weights that are opened at a time, about. */
const PART_BYTES = 400e6;

/** Numbers of each tap that are looked at, of each sample, where ranges are clipped. */
const SOME = 256;

/** `progress`: 0 to 1, of all parts, told of those that are worked on. `folder` holds what is done and what waits, of this stage and these very options and sizes alone. */
export async function roundStage(
  { description, stage, sizes: drawn, weights }: StageToRound,
  {
    bits,
    clipping,
    places,
    asymmetric,
    biasCorrection,
    parts: least,
    momentBytes = 0,
    forms,
    ...rounding
  }: RoundStageOptions,
  { engine, folder, signal }: { engine: Engine; folder: string; signal: AbortSignal },
  progress: (done: number) => void = () => undefined,
): Promise<RoundedStage> {
  const cut = inParts(
    description,
    stage,
    drawn.map(({ size }) => size),
    least,
    forms,
  );
  const sizes = drawn.map(({ samples, spools }, i): Sized => {
    return { parts: cut[i]!, samples, spool: spools.exact, ...(asymmetric ? { roundedSpool: spools.rounded } : {}) };
  });
  const count = sizes[0]!.parts.length;
  await mkdir(folder, { recursive: true });
  const how = { ...rounding, ...(biasCorrection ? { biases: biasesOf(description, stage) } : {}) };
  const found: PartFound[] = [];
  const files: Safetensors[] = [];
  for (let index = 0; index < count; index++) {
    const path = join(folder, `${index}`);
    const tell = (share: number): void => progress((index + share) / count);
    if (!(await partAt(path))) {
      // Parts that are there already are not told: they say nothing of this run's pace.
      tell(0);
      await atPlace(`${stage}, part ${index + 1} of ${count}`, signal, async () => {
        const calibration = {
          ...{ engine, signal, places, momentBytes },
          some: clipping === 'min-max' || clipping === 'room' ? 0 : SOME,
          progress: (done: number, of: number): void => tell(done / of / 2),
        };
        const calibrated = await calibratePart(sizes, index, weights, calibration);
        const work = {
          matMul: engine.matMul,
          signal,
          progress: (done: number, of: number): void => tell((1 + done / of) / 2),
        };
        const { rounded, found: layers } = await roundPart(calibrated, weights, bits, how, work);
        const rangeOf = (seen: ActivationStatistics): Range =>
          clipping === 'room' ? withRoom(seen) : clipped(seen, clipping);
        const ranges = calibrated.activations.map((of) => [...of].map(([tap, seen]) => [tap, rangeOf(seen)] as const));
        await writeFile(`${path}.safetensors`, roundedFile(rounded));
        const first = rounded.filter(({ bits: width }) => width === bits[0]);
        for (const { roundedSpool, ...sized } of sizes)
          if (roundedSpool)
            await advanceRounded({ ...sized, roundedSpool }, index, standingFor(first, weights), { engine, signal });
        await writeWhole(`${path}.json`, numbersJson({ ranges, layers } satisfies PartFound));
      });
      tell(1);
    }
    // What a stop kept from being dropped is dropped now.
    for (const sized of sizes)
      for (const spool of [sized.spool, ...(sized.roundedSpool ? [sized.roundedSpool] : [])])
        await dropSpent(sized, index, spool);
    found.push((await partAt(path))!);
    files.push(await openSafetensors(await fileSource(`${path}.safetensors`)));
  }
  return {
    ranges: sizes.map((_, size) => new Map(found.flatMap(({ ranges }) => ranges[size]!))),
    layers: found.flatMap(({ layers }) => layers),
    files,
  };
}

function inParts(
  description: ModelDescription,
  stage: StageName,
  sizes: readonly StageSize[],
  least: number,
  forms: QnnForms | undefined,
): QnnStage[][] {
  const count = Math.max(least, Math.ceil(fp32Bytes(description, stage) / PART_BYTES));
  return qnnSegmentsAlike(description, stage, sizes, count, forms);
}

async function partAt(path: string): Promise<PartFound | undefined> {
  const text = await readFile(`${path}.json`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (withInfinities(JSON.parse(text)) as PartFound);
}
