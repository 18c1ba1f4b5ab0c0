/**
 * `npm test [-- PATTERN …] [--slow]`: types, style, the JUnit tests of bridge-android, and every spec, each file in a process of
 * its own so that a crash, a leak or a stray handle is that file's failure and nobody else's. Several at a time. Ends with
 * `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ensureAndroidTools } from './apk/tools';
import { ensureChromium } from './chromium';
import { BRIDGE, ensureMaven, runJUnit } from './host/maven';
import { buildHost, HOST_BUILT } from './host/startHost';
import { kernels } from './kernels.mjs';
import { ONE_CORE_IN_NODE } from './oneCore';
import { LATER_TIERS_IN_NODE } from './wasmTiers';

interface Tally {
  passed: number;
  failed: number;
}

/** How many that use something may run at a time. Browsers have a profile each, but take memory; one host is built for all. */
const AT_ONCE = { browser: 2, host: 1 } as const;

/** Something to run. */
interface Job {
  readonly uses: readonly (keyof typeof AT_ONCE)[];
  run(): Promise<Tally>;
}

/** How long a spec or a check may take. */
const minutesFor = (name: string): number => (name.endsWith('.slow.spec.ts') ? 60 : 15);
const NODE_OPTIONS = [process.env.NODE_OPTIONS ?? '', LATER_TIERS_IN_NODE, ONE_CORE_IN_NODE].join(' ').trim();
/** Whatever this goes into may start the bridge's host. */
const STARTS_HOST = 'build/host/startHost.ts';
/** Two more than there are cores: specs wait, for a page, the disk or the host, and two in browsers leave most of a core to others. */
const LANES = availableParallelism() + 2;

export async function main(args: readonly string[]): Promise<number> {
  const slow = args.includes('--slow');
  const patterns = args.filter((arg) => !arg.startsWith('--'));
  const all = patterns.length === 0;
  const specs = (await specFiles()).filter(
    (path) => (all || patterns.some((pattern) => path.includes(pattern))) && (slow || !path.endsWith('.slow.spec.ts')),
  );
  if (specs.some(inBrowser)) ensureChromium();
  const overHost = await bundleSpecs(specs);
  const host: Job[] = [];
  if (all || patterns.some((pattern) => BRIDGE.includes(pattern))) {
    ensureMaven();
    ensureAndroidTools(['aapt2']);
    host.push({ uses: ['host'], run: runJava });
  } else if (overHost.size > 0) await buildHost();
  process.env[HOST_BUILT] = 'yes';

  const jobOf = (spec: string): Job => ({
    uses: [...(inBrowser(spec) ? (['browser'] as const) : []), ...(overHost.has(spec) ? (['host'] as const) : [])],
    run: () => runSpec(spec),
  });
  const sorted = longestFirst(specs);
  // First what builds the host, then browsers: going two at a time, they take the longest.
  const tally = await runJobs([
    ...host,
    ...sorted.filter(inBrowser).map(jobOf),
    ...(all ? (['types', 'style'] as const) : []).map((check): Job => ({ uses: [], run: () => runCheck(check) })),
    ...sorted.filter((path) => !inBrowser(path)).map(jobOf),
  ]);
  console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

/** Specs that take longest, in turn, those in browsers and all others: begun late, one of them would run while other lanes are empty. */
const LONGEST = `
  browser/bridgePage browser/engine browser/store browser/visits browser/download browser/engineLoras
  browser/webgpu browser/engineIpAdapter browser/engineControl browser/page browser/shelf browser/damage
  build/fidelity models/qnn/forms workers/pictures models/quantize/calibrate/calibrate
  workers/quantize/quantizedFolder workers/deepCache workers/int8Pictures workers/quantize/quantizeModel
  models/quantize/adaround workers/backend/int8/kernels workers/cli/generate workers/hires workers/steering
  workers/streamed workers/quantize/sensitivity models/networks workers/cli/ipAdapter models/lora/changedWeights
`
  .trim()
  .split(/\s+/)
  .map((name) => `spec/${name}.spec.ts`);

const longestFirst = (specs: readonly string[]): string[] => [
  ...LONGEST.filter((spec) => specs.includes(spec)),
  ...specs.filter((spec) => !LONGEST.includes(spec)),
];

const inBrowser = (path: string): boolean => path.startsWith('spec/browser/');

/** Runs `LANES` jobs at a time, each as soon as one may begin, in their order. */
async function runJobs(jobs: readonly Job[]): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0 };
  const waiting = [...jobs];
  const running = new Map<Job, Promise<void>>();
  while (waiting.length + running.size > 0) {
    const used = [...running.keys()].flatMap(({ uses }) => uses);
    const next = waiting.find(({ uses }) =>
      uses.every((thing) => used.filter((each) => each === thing).length < AT_ONCE[thing]),
    );
    if (!next || running.size === LANES) {
      await Promise.race(running.values());
      continue;
    }
    waiting.splice(waiting.indexOf(next), 1);
    const run = async (): Promise<void> => {
      const { passed, failed } = await next.run();
      tally.passed += passed;
      tally.failed += failed;
      running.delete(next);
    };
    running.set(next, run());
  }
  return tally;
}

async function specFiles(): Promise<string[]> {
  const entries = await readdir('spec', { recursive: true });
  return entries
    .filter((path) => path.endsWith('.spec.ts'))
    .map((path) => `spec/${path.replaceAll('\\', '/')}`)
    .sort();
}

/** Bundles them; resolves to those that start the host, or may. */
async function bundleSpecs(specs: readonly string[]): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    entryPoints: [...specs],
    outdir: 'dist/node',
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [kernels],
    metafile: true,
  });
  const outputs = Object.values(metafile.outputs);
  return new Set(
    outputs.flatMap(({ entryPoint, inputs }) => (entryPoint && STARTS_HOST in inputs ? [entryPoint] : [])),
  );
}

async function runCheck(name: 'types' | 'style'): Promise<Tally> {
  const { code, output } = await run(process.execPath, ['build/run.mjs', 'build/check.ts', name], minutesFor(name));
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (code !== 0) console.log(output);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runJava(): Promise<Tally> {
  const started = performance.now();
  const { passed, failed, output } = await runJUnit();
  report(BRIDGE, { passed, failed }, started);
  if (failed > 0) console.log(output);
  return { passed, failed };
}

function report(name: string, { passed, failed }: Tally, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${name}  ${passed} passed${failed ? `, ${failed} failed` : ''}  (${seconds} s)`,
  );
}

/** Runs one bundled spec and reads uvu's closing tally. No tally, a skipped test or no test at all is a failure. */
async function runSpec(name: string): Promise<Tally> {
  const started = performance.now();
  const bundle = join('dist/node', name.replace(/\.ts$/, '.mjs'));
  const { code, output } = await run(process.execPath, ['--enable-source-maps', bundle], minutesFor(name));
  const count = (label: string): number | undefined => {
    const found = [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const total = count('Total') ?? 0;
  const passed = count('Passed') ?? 0;
  const skipped = count('Skipped') ?? 0;
  const failed = Math.max(total - passed, 0) + skipped + (total === 0 || (code !== 0 && total === passed) ? 1 : 0);
  report(name, { passed, failed }, started);
  if (failed > 0) console.log(output);
  return { passed, failed };
}

function run(command: string, args: readonly string[], minutes: number): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, NODE_OPTIONS, FORCE_COLOR: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const timer = setTimeout(() => {
      chunks.push(Buffer.from(`\nended after ${minutes} minutes\n`));
      child.kill('SIGKILL');
    }, minutes * 60_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}
