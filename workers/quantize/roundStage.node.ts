/**
 * A network's weights rounded and its ranges measured, part by part. Every part that is done lies in a folder as two
 * files, so that what was stopped goes on with the next.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource } from '../../models/folder.node';
import { type QnnStage, qnnSegments } from '../../models/graph/qnn/qnnStage';
import { atPlace } from '../../models/quantize/atPlace';
import type { ActivationStatistics } from '../../models/quantize/calibrate/activations';
import { advanceRounded, calibratePart, dropSpent } from '../../models/quantize/calibrate/calibrate';
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

export interface StageToRound {
  readonly description: ModelDescription;
  readonly stage: StageName;
  readonly size: StageSize;
  /** Inputs of its graph for QNN. */
  readonly samples: readonly NetworkTensors[];
  /** The checkpoint's. */
  readonly weights: IntegerWeights;
}

export interface RoundStageOptions extends RoundingOptions {
  /** Widths to round every weight to; none: ranges alone are measured. */
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
}

export interface RoundedStage {
  readonly ranges: ReadonlyMap<string, Range>;
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
  readonly ranges: readonly (readonly [tap: string, range: Range])[];
  readonly layers: readonly LayerFound[];
}

/** Float32 weights that are opened at a time, about. */
const PART_BYTES = 400e6;

/** Numbers of each tap that are looked at, of each sample, where ranges are clipped. */
const SOME = 256;

/** `progress`: 0 to 1, of all parts, told of those that are worked on. `folder` holds what is done and what waits, of this stage and these very options alone. */
export async function roundStage(
  { description, stage, size, samples, weights }: StageToRound,
  { bits, clipping, places, asymmetric, biasCorrection, parts: least, ...rounding }: RoundStageOptions,
  { engine, spools, folder, signal }: { engine: Engine; spools: Spools; folder: string; signal: AbortSignal },
  progress: (done: number) => void = () => undefined,
): Promise<RoundedStage> {
  const parts = inParts(description, stage, size, least);
  await mkdir(folder, { recursive: true });
  // Where nothing is rounded, nothing moves.
  const roundedSpool = asymmetric && bits.length > 0 ? spools.rounded : undefined;
  const how = { ...rounding, ...(biasCorrection ? { biases: biasesOf(description, stage) } : {}) };
  const found: PartFound[] = [];
  const files: Safetensors[] = [];
  for (const index of parts.keys()) {
    const path = join(folder, `${index}`);
    const tell = (share: number): void => progress((index + share) / parts.length);
    if (!(await partAt(path))) {
      // Parts that are there already are not told: they say nothing of this run's pace.
      tell(0);
      await atPlace(`${stage}, part ${index + 1} of ${parts.length}`, signal, async () => {
        const calibration = {
          engine,
          spool: spools.exact,
          ...(roundedSpool ? { roundedSpool } : {}),
          signal,
          places: bits.length > 0 ? places : 0,
          some: clipping === 'min-max' || clipping === 'room' ? 0 : SOME,
          progress: (done: number, of: number): void => tell(done / of / 2),
        };
        const calibrated = await calibratePart(parts, index, samples, weights, calibration);
        const work = {
          matMul: engine.matMul,
          signal,
          progress: (done: number, of: number): void => tell((1 + done / of) / 2),
        };
        const { rounded, found: layers } = await roundPart(calibrated, weights, bits, how, work);
        const rangeOf = (seen: ActivationStatistics): Range =>
          clipping === 'room' ? withRoom(seen) : clipped(seen, clipping);
        const ranges = [...calibrated.activations].map(([tap, seen]) => [tap, rangeOf(seen)] as const);
        if (bits.length > 0) await writeFile(`${path}.safetensors`, roundedFile(rounded));
        if (roundedSpool) {
          const first = rounded.filter(({ bits: width }) => width === bits[0]);
          await advanceRounded(parts, index, samples, standingFor(first, weights), { engine, roundedSpool, signal });
        }
        await writeWhole(`${path}.json`, numbersJson({ ranges, layers } satisfies PartFound));
      });
      tell(1);
    }
    // What a stop kept from being dropped is dropped now.
    for (const spool of [spools.exact, ...(roundedSpool ? [roundedSpool] : [])]) {
      await dropSpent(parts, index, samples, spool);
    }
    found.push((await partAt(path))!);
    if (bits.length > 0) files.push(await openSafetensors(await fileSource(`${path}.safetensors`)));
  }
  return {
    ranges: new Map(found.flatMap(({ ranges }) => ranges)),
    layers: found.flatMap(({ layers }) => layers),
    files,
  };
}

function inParts(description: ModelDescription, stage: StageName, size: StageSize, least: number): QnnStage[] {
  return qnnSegments(description, stage, size, Math.max(least, Math.ceil(fp32Bytes(description, stage) / PART_BYTES)));
}

async function partAt(path: string): Promise<PartFound | undefined> {
  const text = await readFile(`${path}.json`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (withInfinities(JSON.parse(text)) as PartFound);
}
