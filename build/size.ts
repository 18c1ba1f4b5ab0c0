/**
 * `npm run size`: what the page's own JavaScript weighs on the wire, against its budget. The budget is for what a visit
 * waits for: the page, the engine, what they share, and one language (the heaviest counts). What comes when it is first used, or
 * when the page has nothing better to do, stands below the line, what every drawing needs of it as a sum; ORT and models apart.
 */
import { bundleScripts, type Script } from './bundle';
import { brotli, gzipped } from './compress';

/** Gzip counts: every host can do it. */
const BUDGET_BYTES = 90_000;

const FIRST = ['main.js', 'engine.worker.js'];
const isLanguage = ({ path }: Pick<Script, 'path'>): boolean => /^(en|zh)-/.test(path);

interface Weight {
  readonly plain: number;
  readonly gzip: number;
  readonly brotli: number;
}

export async function main(): Promise<number> {
  const scripts = (await bundleScripts()).filter(isOurs);
  const weights = new Map(await Promise.all(scripts.map(async (script) => [script, await weigh(script)] as const)));
  const atOnce = fetchedWith(FIRST, scripts);
  const languages = scripts.filter(isLanguage);
  const shared = languages.flatMap(({ imports }) => imports).filter((path) => !atOnce.some((one) => one.path === path));
  if (shared.length > 0) throw new Error(`a language is one file: ${shared.join(', ')}`);
  const later = scripts.filter((script) => !atOnce.includes(script) && !languages.includes(script));
  const print = (some: readonly Script[]): void => {
    for (const script of some) console.log(line(script.path, weights.get(script)!));
  };
  const sum = (some: readonly Script[]): Weight => total(some.map((script) => weights.get(script)!));
  const heaviest = languages.reduce((a, b) => (weights.get(a)!.gzip >= weights.get(b)!.gzip ? a : b));
  const visit = sum([...atOnce, heaviest]);
  console.log(`${''.padEnd(28)}    bytes     gzip   brotli`);
  print([...atOnce, ...languages]);
  console.log(line('a visit', visit));
  const drawing = scripts.filter(({ path }) => path.startsWith('drawing-')).map(({ path }) => path);
  console.log(line('a drawing, besides', sum(fetchedWith(drawing, scripts).filter((one) => !atOnce.includes(one)))));
  print(later);
  console.log(line('all', sum([...atOnce, heaviest, ...later])));
  const within = visit.gzip <= BUDGET_BYTES;
  console.log(`${visit.gzip} of ${BUDGET_BYTES} bytes (gzip): ${within ? 'within' : 'ABOVE'} the budget`);
  return within ? 0 : 1;
}

/** A script with a part of ORT in it is ORT's: its libraries are chunks of their own, fetched when first used. */
export const isOurs = ({ path, inputs }: Pick<Script, 'path' | 'inputs'>): boolean =>
  path.endsWith('.js') && !inputs.some((input) => input.includes('node_modules/onnxruntime-web/'));

/** Those `paths` and what they import, directly or not. */
export function fetchedWith<Some extends Pick<Script, 'path' | 'imports'>>(
  paths: readonly string[],
  scripts: readonly Some[],
): Some[] {
  const wanted = new Set(paths);
  for (const path of wanted) {
    for (const imported of scripts.find((script) => script.path === path)?.imports ?? []) wanted.add(imported);
  }
  return scripts.filter(({ path }) => wanted.has(path));
}

async function weigh({ contents }: Script): Promise<Weight> {
  const [gzip, br] = await Promise.all([gzipped(contents), brotli(contents)]);
  return { plain: contents.length, gzip: gzip.length, brotli: br.length };
}

function total(weights: readonly Weight[]): Weight {
  const sum = (column: keyof Weight): number => weights.reduce((all, weight) => all + weight[column], 0);
  return { plain: sum('plain'), gzip: sum('gzip'), brotli: sum('brotli') };
}

const line = (path: string, { plain, gzip, brotli: br }: Weight): string =>
  path.padEnd(28) + [plain, gzip, br].map((number) => String(number).padStart(9)).join('');
