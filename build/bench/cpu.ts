/**
 * `npm run bench -- cpu [--json] [--threads N]… [--rounds N] [--runs N] [--only ENGINE]… [--figure NAME|none]… [--layer PART]…
 * [--profile FIGURE]… [--checkpoint FILE]`: our
 * kernels in Chromium beside ONNX Runtime Web there and beside native programs, which are installed from PyPI into
 * `dist/peers` when they are asked for. Engines take turns in every round, so that whatever else the machine does falls on
 * all of them: ratios are what counts. `--json`'s `ratios` are those of the most threads. It prints one object on stdout, and what else there is to say on stderr.
 */
import { rename, rm, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CodedError } from '../../models/errors';
import { median } from '../../models/quantize/report/numbers';
import { countAsked, namesAsked } from './cpu/asked';
import { openChromium } from './cpu/chromium';
import { ENGINES, type Engine, type Options, OWN, type Timed } from './cpu/engines';
import { AS_BEFORE, peersAgainstFacts } from './cpu/facts';
import { nameOf, RATIOS, type Times } from './cpu/figures';
import { processor } from './cpu/processor';
import { writeSd15Checkpoint } from './sd15Checkpoint';

const CHECKPOINT = 'dist/peers/random.safetensors';

export async function cpu(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      threads: { type: 'string', multiple: true, default: ['1', '2'] },
      rounds: { type: 'string', default: '2' },
      runs: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true },
      figure: { type: 'string', multiple: true },
      layer: { type: 'string', multiple: true },
      profile: { type: 'string', multiple: true },
      checkpoint: { type: 'string' },
    },
  });
  let asked: ReturnType<typeof askedOf>;
  try {
    asked = askedOf(values);
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    console.error(thrown.message);
    return 2;
  }
  const { engines, threads, figures: wanted, rounds, runs } = asked;
  const say = values.json ? console.error : console.log;
  const machine = await processor();
  say(`${machine.name}, ${machine.cores} cores, ${machine.flags.join(' ')}`);
  const layers = await layersOf(threads, values.layer, say);
  const profiles = await profilesOf(threads, asked.profiles, say);
  const found: Record<string, Record<string, Record<string, number>>> = {};
  const ratiosBy: Record<number, Record<string, number>> = {};
  const against: Record<number, ReturnType<typeof peersAgainstFacts>> = {};
  const peaks: Record<string, Record<string, number>> = {};
  const peaksOfJavascript: typeof peaks = {};
  const failures: string[] = [];
  for (const count of threads) {
    const options = { threads: count, runs, checkpoint: () => checkpoint(values.checkpoint) };
    const timed = await measured(engines, wanted, options, rounds, failures, say);
    const medians = new Map([...timed].map(([name, figures]) => [name, mediansOf(figures)]));
    for (const [name, figures] of timed) {
      for (const [figure, runs] of figures) {
        peaks[name] = { ...peaks[name], [figure]: Math.max(...runs.map(({ peakBytes }) => peakBytes)) };
        const ofJavascript = runs.map(({ javascriptBytes = 0 }) => javascriptBytes);
        peaksOfJavascript[name] = { ...peaksOfJavascript[name], [figure]: Math.max(...ofJavascript) };
      }
    }
    found[count] = Object.fromEntries([...medians].map(([name, times]) => [name, Object.fromEntries(times)]));
    ratiosBy[count] = ratiosOf(medians);
    against[count] = peersAgainstFacts(medians);
    report(count, medians, ratiosBy[count], say);
    for (const { figure, peer, drift, asBefore } of against[count])
      say(
        `  ${peer.padEnd(12)} ${figure.padEnd(16)} ${drift.toFixed(2)} of what it was to other peers on a Zen 5 with AVX-VNNI${asBefore ? '' : `: not within ${AS_BEFORE}`}`,
      );
  }
  const [fewest, most] = [Math.min(...threads), Math.max(...threads)];
  const speedUps = fewest === most ? {} : speedUpsOf(found[fewest]!, found[most]!);
  for (const [name, figures] of Object.entries(speedUps))
    for (const [figure, factor] of Object.entries(figures))
      say(
        `  ${name.padEnd(16)}${figure.padEnd(24)} ${factor.toFixed(2)} times as fast on ${most} threads as on ${fewest}`,
      );
  for (const failure of failures) say(failure);
  if (values.json)
    console.log(
      JSON.stringify({
        ...{ machine, ratios: ratiosBy[most] ?? {}, ratiosByThreads: ratiosBy, speedUps, peersAgainstFacts: against },
        ...{ milliseconds: found, peaks, peaksOfJavascript, layers, profiles, failures },
      }),
    );
  return failures.length > 0 ? 1 : 0;
}

interface Given {
  readonly threads: readonly string[];
  readonly rounds: string;
  readonly runs: string;
  readonly only?: readonly string[];
  readonly figure?: readonly string[];
  readonly profile?: readonly string[];
}

/** Throws `bad-argument`. */
function askedOf({ threads, rounds, runs, only, figure, profile }: Given) {
  const names = namesAsked(
    '--only',
    only,
    ENGINES.map(({ name }) => name),
  );
  const figures = [...new Set(ENGINES.flatMap((engine) => engine.figures.map(nameOf)))];
  return {
    engines: ENGINES.filter(({ name }) => names.includes(name)),
    threads: threads.map((count) => countAsked('--threads', count)),
    figures: namesAsked('--figure', figure, figures),
    profiles: namesAsked('--profile', profile ?? ['none'], OWN.map(nameOf)),
    rounds: countAsked('--rounds', rounds),
    runs: countAsked('--runs', runs),
  };
}

type Say = (line: string) => void;

/** Single layers, and how much of the innermost loop's speed they have. */
async function layersOf(threads: readonly number[], parts: readonly string[] | undefined, say: Say) {
  const chromium = await openChromium();
  try {
    const found = [];
    for (const count of threads) {
      const layers = await chromium.layers(count, parts);
      say(
        `\n${chromium.version}, ${count} threads: 10⁹ operations a second (share of the innermost loop's, which took turns with it)`,
      );
      for (const { name, product, whole, loop } of layers) {
        const share = (speed: number): string => `${speed.toFixed(0)} (${((100 * speed) / loop / count).toFixed(0)} %)`;
        say(
          `  ${name.padEnd(22)} product ${share(product).padEnd(12)} with quantizing ${share(whole).padEnd(12)} loop ${loop.toFixed(0)} a thread`,
        );
      }
      found.push({ threads: count, layers });
    }
    return found;
  } finally {
    await chromium.close();
  }
}

/** Of our kernels: where the time of these figures goes. */
async function profilesOf(threads: readonly number[], figures: readonly string[], say: Say) {
  if (figures.length === 0) return [];
  const chromium = await openChromium();
  try {
    const found = [];
    for (const figure of OWN.filter((each) => figures.includes(nameOf(each)))) {
      for (const count of threads) {
        const shares = await chromium.profile({ ...figure, form: 'kernels', batch: 1 }, count);
        const all = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
        say(`\n${nameOf(figure)}, ${count} threads: ${all.toFixed(0)} ms`);
        for (const { what, milliseconds, instructions } of shares)
          say(`  ${what.padEnd(44)} ${milliseconds.toFixed(1).padStart(8)} ms  ${instructions} times`);
        found.push({ figure: nameOf(figure), threads: count, shares });
      }
    }
    return found;
  } finally {
    await chromium.close();
  }
}

type Found = Map<string, Map<string, Timed[]>>;

async function measured(
  engines: readonly Engine[],
  wanted: readonly string[],
  options: Options,
  rounds: number,
  failures: string[],
  say: Say,
): Promise<Found> {
  const found: Found = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const { name, figures, measure } of engines) {
      const asked = figures.filter((figure) => wanted.includes(nameOf(figure)));
      if (asked.length === 0 || failures.some((failure) => failure.startsWith(`${name}:`))) continue;
      const own = found.get(name) ?? new Map<string, Timed[]>();
      found.set(name, own);
      try {
        for await (const timed of measure(asked, options)) {
          const figure = nameOf(timed.figure);
          own.set(figure, [...(own.get(figure) ?? []), timed]);
          say(
            `  round ${round + 1}, ${options.threads} threads, ${name} ${figure}: ${timed.runs.map((run) => run.toFixed(0)).join(', ')} ms${timed.note ? ` (${timed.note})` : ''}`,
          );
        }
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return found;
}

function mediansOf(figures: ReadonlyMap<string, readonly Timed[]>): Times {
  return new Map([...figures].map(([figure, timed]) => [figure, median(timed.flatMap(({ runs }) => runs))]));
}

type Milliseconds = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many times as fast each engine's figures are with more threads. */
function speedUpsOf(few: Milliseconds, many: Milliseconds): Record<string, Record<string, number>> {
  const shared = (name: string) => Object.entries(many[name]!).filter(([figure]) => few[name]?.[figure] !== undefined);
  return Object.fromEntries(
    Object.keys(many).map((name) => [
      name,
      Object.fromEntries(shared(name).map(([figure, each]) => [figure, few[name]![figure]! / each])),
    ]),
  );
}

/** Ours to each peer's, of what was measured of both. A guided step's passes in one call count where they are the faster. */
function ratiosOf(times: ReadonlyMap<string, Times>): Record<string, number> {
  const guided = times.get('kernels_guided');
  const own: Times = times.get('kernels') ?? new Map();
  const whole = new Map([...own].map(([figure, each]) => [figure, Math.min(each, guided?.get(figure) ?? each)]));
  return Object.fromEntries(
    RATIOS.flatMap(({ name, peer, of, own: ourWay = of }) => {
      const ours = ourWay(name.startsWith('image') ? whole : own);
      const theirs = of(times.get(peer) ?? new Map());
      return ours === undefined || theirs === undefined ? [] : [[name, ours / theirs]];
    }),
  );
}

function report(
  threads: number,
  times: ReadonlyMap<string, Times>,
  ratios: Readonly<Record<string, number>>,
  say: Say,
): void {
  say(`\n${threads} threads, milliseconds a call (median)`);
  for (const [name, figures] of times) {
    const columns = [...figures].map(([figure, each]) => `${figure} ${each.toFixed(0)}`);
    say(`  ${name.padEnd(16)}${columns.join('   ')}`);
  }
  for (const [name, ratio] of Object.entries(ratios)) say(`  ${name.padEnd(24)} ${ratio.toFixed(3)}`);
}

/** A full-size checkpoint of random weights, written once. */
async function checkpoint(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  if (await stat(CHECKPOINT).catch(() => undefined)) return CHECKPOINT;
  await rm(`${CHECKPOINT}.part`, { force: true });
  await writeSd15Checkpoint(`${CHECKPOINT}.part`, 1);
  await rename(`${CHECKPOINT}.part`, CHECKPOINT);
  return CHECKPOINT;
}
