/**
 * Whole pictures against diffusers, drawn by two threads, same seed, prompt and settings: 50 dB is a root-mean-square error of 0.8 of 255
 * levels. What chance would give: the recipe asserts that another prompt's picture is below 30 dB.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder, fileSource } from '../../models/folder.node';
import { psnr } from '../../models/quantize/quality/psnr';
import { openSafetensors } from '../../models/safetensors';
import type { Folder } from '../../models/source';
import type { Picture, SchedulerName } from '../../workers/api';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { randomModel } from '../models/randomModel';
import { fromRoot } from '../root';

const LEAST_DECIBELS = 50;

interface Case {
  readonly name: string;
  readonly scheduler: SchedulerName;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  readonly steps: number;
  readonly guidanceScale: number;
  readonly numImages: number;
  readonly width: number;
  readonly height: number;
  readonly tensors: readonly string[];
}

const models: Record<string, () => Promise<Folder>> = {
  A: () => randomModel('A'),
  B: () => randomModel('B'),
  demo: () => diskFolder(fromRoot('models/demo/model')),
};
const backend = nodeWasmBackend({ threads: 2 });

/**
 * Of model A all; of the others each sampler once, the demo model at its own size among them. What else these have been drawn of
 * is there with A, and of the demo model with every sampler in spec/build/fidelity.spec.ts.
 */
export const FEW = /^A |^B (pndm-tall|ddim-wide|euler-batch)|^demo (pndm-square|ddim-wide|euler-batch)/;

/** The tests, and their end: of each picture that is `told` of, by its model and its name. */
export function pictureStories(told: (picture: string) => boolean): void {
  for (const [model, folder] of Object.entries(models)) {
    const cases = JSON.parse(readFileSync(fromRoot(`spec/vectors/pictures-${model}.json`), 'utf8')) as Case[];
    const opened = folder().then(async (files) => checkpointModel(await openDiffusersFolder(files)));
    const references = fileSource(fromRoot(`spec/vectors/pictures-${model}.safetensors`)).then(openSafetensors);

    for (const { name, tensors, ...settings } of cases.filter(({ name }) => told(`${model} ${name}`))) {
      test(`model ${model}, ${name}: the picture is diffusers'`, async () => {
        const request = { ...DEFAULTS, ...settings };
        const pictures: Picture[] = [];
        const parts = { model: await opened, backend };
        for await (const event of textToImage(request, parts, new AbortController().signal)) {
          assert.is.not(event.type, 'failed', event.type === 'failed' ? event.message : '');
          if (event.type === 'image') pictures.push(event.picture);
        }
        assert.is(pictures.length, tensors.length);
        for (const [i, tensor] of tensors.entries()) {
          const decibels = psnr(pictures[i]!.pixels, await (await references).read(tensor));
          assert.ok(decibels >= LEAST_DECIBELS, `${tensor}: ${decibels.toFixed(1)} dB`);
        }
      });
    }
  }
  test.run();
}
