/**
 * `npm run size`: what the page's own JavaScript weighs on the wire, against its budget. ORT and models apart; of the
 * languages, which a visit fetches one of, the heaviest counts.
 */
import { bundleScripts, type Script } from './bundle';
import { brotli, gzipped } from './compress';

/** Gzip counts: every host can do it. */
const BUDGET_BYTES = 90_000;

interface Row {
  readonly path: string;
  readonly inputs: readonly string[];
  readonly plain: number;
  readonly gzip: number;
  readonly brotli: number;
}

export async function main(): Promise<number> {
  const rows = await Promise.all((await bundleScripts()).filter(isOurs).map(weigh));
  const [languages, shared] = [rows.filter(isLanguage), rows.filter((row) => !isLanguage(row))];
  const sum = (column: 'plain' | 'gzip' | 'brotli'): number =>
    Math.max(...languages.map((row) => row[column])) + shared.reduce((all, row) => all + row[column], 0);
  const total: Row = { path: 'total', inputs: [], plain: sum('plain'), gzip: sum('gzip'), brotli: sum('brotli') };
  console.log(line('', 'bytes', 'gzip', 'brotli'));
  for (const row of [...rows, total]) console.log(line(row.path, row.plain, row.gzip, row.brotli));
  const within = total.gzip <= BUDGET_BYTES;
  console.log(`${total.gzip} of ${BUDGET_BYTES} bytes (gzip): ${within ? 'within' : 'ABOVE'} the budget`);
  return within ? 0 : 1;
}

/** A script with a part of ORT in it is ORT's: its libraries are chunks of their own, fetched when first used. */
export const isOurs = ({ path, inputs }: Pick<Script, 'path' | 'inputs'>): boolean =>
  path.endsWith('.js') && !inputs.some((input) => input.includes('node_modules/onnxruntime-web/'));

const isLanguage = ({ inputs }: Row): boolean =>
  inputs.some((input) => input.startsWith('web/words/')) && inputs.length === 1;

async function weigh({ path, contents, inputs }: Script): Promise<Row> {
  const [gzip, br] = await Promise.all([gzipped(contents), brotli(contents)]);
  return { path, inputs, plain: contents.length, gzip: gzip.length, brotli: br.length };
}

const line = (path: string, ...numbers: readonly (string | number)[]): string =>
  path.padEnd(24) + numbers.map((number) => String(number).padStart(9)).join('');
