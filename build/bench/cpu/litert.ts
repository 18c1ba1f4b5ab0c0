/**
 * LiteRT.js in Chromium: its package from npm and its UNet, converted by its own tools, in an ignored folder. What is measured
 * is its runs; their inputs are made up, and their outputs looked at, since a run that found no memory answers with zeros.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { build } from 'esbuild';
import { openBarePage } from './chromium';
import type { Engine } from './engines';
import { UNET_256 } from './figures';
import { FOLDER, pythonOf, SCRIPTS } from './python';

const PACKAGE = '@litertjs/core@2.5.3';
const HERE = `${FOLDER}/litert`;
const SERVED = `${HERE}/served`;

export const litert: Engine = {
  name: 'litert',
  figures: [UNET_256],
  async *measure(asked, { threads, runs }) {
    for (const figure of asked) {
      const parts = await prepared(figure.pixels);
      const page = await openBarePage(SERVED);
      try {
        const found = (await page.evaluate(script(parts, threads, runs))) as { times: number[]; bytes: number };
        yield { figure, runs: found.times, peakBytes: found.bytes };
      } finally {
        await page.close();
      }
    }
  },
};

/** Names of the served files of the UNet's parts. */
async function prepared(pixels: number): Promise<string[]> {
  await mkdir(SERVED, { recursive: true });
  const parts = [0, 1, 2].map((part) => `unet-${pixels}.${part}.tflite`);
  if (!parts.every((part) => existsSync(`${SERVED}/${part}`))) {
    console.error('Converting the UNet for LiteRT: minutes …');
    const command = [`${SCRIPTS}/litert_convert.py`, SERVED, `${pixels}`];
    const { status } = spawnSync(pythonOf('litert'), command, { stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`litert_convert.py ended with ${status}`);
  }
  if (!existsSync(`${SERVED}/litert.js`)) {
    const install = ['install', '--prefix', HERE, '--no-audit', '--no-fund', '--ignore-scripts', PACKAGE];
    if (spawnSync('npm', install, { stdio: ['ignore', 2, 2] }).status !== 0)
      throw new Error(`${PACKAGE} could not be installed`);
    const folder = `${HERE}/node_modules/@litertjs/core`;
    for (const name of await readdir(`${folder}/wasm`)) await cp(`${folder}/wasm/${name}`, `${SERVED}/wasm/${name}`);
    await build({
      entryPoints: [`${folder}/dist/index.js`],
      outfile: `${SERVED}/litert.js`,
      bundle: true,
      format: 'esm',
      target: 'chrome114',
    });
  }
  return parts;
}

/** Runs all parts one after another, once to warm up; milliseconds of all of them together. */
const script = (parts: readonly string[], threads: number, runs: number): string => `(async () => {
  const { loadLiteRt, loadAndCompile, Tensor } = await import('./litert.js');
  await loadLiteRt('./wasm/', { threads: true });
  const models = [];
  for (const part of ${JSON.stringify(parts)})
    models.push(await loadAndCompile(part, { accelerator: 'wasm', cpuOptions: { numThreads: ${threads} } }));
  const inputs = models.map((model) => model.getInputDetails().map(({ shape }) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * 12.9898 + (i % 17));
    return new Tensor(data, [...shape]);
  }));
  const times = [];
  for (let run = 0; run <= ${runs}; run++) {
    const begun = performance.now();
    let outputs;
    for (const [i, model] of models.entries()) outputs = await model.run(inputs[i]);
    times.push(performance.now() - begun);
    if (!(await outputs[0].data()).some((value) => value !== 0)) throw new Error('all zeros: no memory');
  }
  const { bytes } = (await performance.measureUserAgentSpecificMemory?.()) ?? { bytes: 0 };
  return { times: times.slice(1), bytes };
})()`;
