/**
 * `npm run bench -- sd15 [--only PART]… [--rounds N] [--threads N]`: a full-size Stable Diffusion 1.5 with made-up
 * weights, stage by stage, against the graph that torch exports. Each variant in a process of its own, taking turns, so
 * that whatever else the machine does falls on all of them; the ratios are what counts.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { median } from '../../models/quantize/report/numbers';
import type { Measured } from './measured';
import { PARTS, type Variant, variantName } from './variants';

export async function sd15(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      form: { type: 'string', multiple: true },
      rounds: { type: 'string', default: '3' },
      runs: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
    },
  });
  for (const part of values.only ?? Object.keys(PARTS)) {
    const variants = PARTS[part]?.filter((variant) => values.form?.includes(variantName(variant)) ?? true);
    if (!variants) {
      console.error(`bad-argument: --only: expected ${Object.keys(PARTS).join(', ')}, got ${part}`);
      return 2;
    }
    console.log(
      `\n${part}, ${values.threads} threads: milliseconds a pass (median), ratio, load, heap loaded, at most, planned`,
    );
    const measured = new Map<Variant, Measured[]>(variants.map((variant) => [variant, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const variant of variants) {
        const result = await measure(variant, [values.runs, values.threads]);
        if (typeof result === 'string') console.log(`  ${variantName(variant)}: ${result}`);
        else measured.get(variant)!.push(result);
      }
    }
    report(measured);
  }
  return 0;
}

function report(measured: ReadonlyMap<Variant, readonly Measured[]>): void {
  let baseline: number | undefined;
  for (const [variant, results] of measured) {
    if (results.length === 0) continue;
    const run = median(results.flatMap(({ runs }) => runs));
    baseline ??= run;
    const [load, loaded, heap] = [
      median(results.map((result) => result.load)),
      median(results.map(({ loadedHeap }) => loadedHeap)),
      median(results.map((result) => result.heap)),
    ];
    const times = [run.toFixed(0), (run / baseline).toFixed(2), load.toFixed(0)];
    const { planned } = results[0]!;
    const columns = [...times, megabytes(loaded), megabytes(heap), planned ? megabytes(planned) : ''];
    console.log(`  ${variantName(variant).padEnd(14)}${columns.map((column) => column.padStart(10)).join('')}`);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** What a process of its own measured, or the last line of what it said when it failed. */
function measure(variant: Variant, options: readonly string[]): Promise<Measured | string> {
  return new Promise((resolve) => {
    const args = ['build/run.mjs', 'build/bench/measureStage.ts', JSON.stringify(variant), ...options];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    child.on('close', (code) => {
      const { rms, ...rest } = code === 0 ? (JSON.parse(out) as Measured) : { rms: Number.NaN, runs: [] as number[] };
      if (code === 0 && Number.isFinite(rms) && rms > 0) resolve({ rms, ...rest } as Measured);
      else
        resolve(
          `failed (${code}): ${
            said
              .trim()
              .split('\n')
              .filter((line) => /rror|memory/.test(line))
              .at(0) ?? `rms ${rms}`
          }`,
        );
    });
  });
}
