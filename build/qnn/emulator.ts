/** Qualcomm's compiler and emulator: a Python package in an ignored folder, each graph in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { NPU_CHIPS } from '../../models/npuChips';
import { licenseText } from './license';
import type { Job } from './quantizedStage';

export const FOLDER = 'dist/qnn';
export const CHIPS = NPU_CHIPS.map(({ name }) => name);

const PYTHON = `${FOLDER}/venv/bin/python`;
const PACKAGES = ['onnxruntime-qnn==2.7.0', 'onnxruntime==1.32.0', 'numpy==2.4.6', 'pypdf==7.1.1'];
/** Of Qualcomm's libraries in it. */
export const QAIRT = '2.51.0';
/** Its last line is written when all is there. */
const DONE = `${FOLDER}/venv/packages`;

/** What compiling took, and, where it was run, decibels: null where they are no number, as of what holds NaN. */
export interface Found {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly contextBytes: number;
  readonly toExact?: number | null;
  readonly reloaded?: number | null;
  /** Absent, and the next, where there is no float32 to compare with. */
  readonly toFloat?: number | null;
  readonly exactToFloat?: number | null;
  /** An output in which not all numbers are finite. */
  readonly notFinite?: string;
  readonly runSeconds?: number;
}

export interface Limits {
  /** Of memory, beyond which the process is ended. */
  readonly bytes: number;
  readonly seconds: number;
}

/** Whether the packages are there, now or from before. */
export function install(): boolean {
  if (existsSync(DONE) && readFileSync(DONE, 'utf8') === PACKAGES.join()) return true;
  const commands = [
    ['python3.11', '-m', 'venv', '--clear', `${FOLDER}/venv`],
    [PYTHON, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES],
    [PYTHON, '-c', `open(${JSON.stringify(DONE)}, "w").write(${JSON.stringify(PACKAGES.join())})`],
  ];
  return commands.every(([command, ...rest]) => spawnSync(command!, rest, { stdio: 'inherit' }).status === 0);
}

const sitePackages = (): string =>
  readdirSync(`${FOLDER}/venv/lib`).map((python) => `${FOLDER}/venv/lib/${python}/site-packages`)[0]!;

/** Where the installed package has its libraries. */
export const librariesFolder = (): string => `${sitePackages()}/onnxruntime_qnn`;

/** The terms of what was installed. */
export function installedLicense(): string {
  return licenseText(sitePackages(), (path) => {
    const read =
      'import pypdf, sys; print("\\n".join(page.extract_text() for page in pypdf.PdfReader(sys.argv[1]).pages))';
    return spawnSync(PYTHON, ['-c', read, path], { encoding: 'utf8' }).stdout ?? '';
  });
}

/** Where it is noted which terms were shown. */
export const SHOWN = `${FOLDER}/venv/shown`;

/** What was compiled of `job` for `chip`: the ONNX file, then what it refers to. */
export function compiledFiles(folder: string, { name }: Pick<Job, 'name'>, chip: string): string[] {
  const start = `${name}.${chip}.context`;
  const others = readdirSync(folder).filter((each) => each.startsWith(start) && each.endsWith('.bin'));
  return [`${start}.onnx`, ...others.sort()].map((each) => `${folder}/${each}`);
}

/** Compiles `job`'s graph for `chip` and runs it; what was found, or why nothing was: the compiler may end its process. */
export async function emulated(
  folder: string,
  job: Job,
  chip: string,
  settings: Readonly<Record<string, string>>,
  limits: Limits,
): Promise<Found | string> {
  const command = ['spec/qnn/emulate.py', folder, JSON.stringify(job), chip, JSON.stringify(settings)];
  const python = spawn(PYTHON, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = [collected(python.stdout), collected(python.stderr)];
  const begin = Date.now();
  let ended: string | undefined;
  let highest = 0;
  const watch = setInterval(() => {
    const bytes = residentBytes(python.pid!);
    const seconds = (Date.now() - begin) / 1000;
    highest = Math.max(highest, bytes);
    if (bytes > limits.bytes) ended = `ended by us at ${gigabytes(bytes)} after ${seconds.toFixed(0)} s`;
    if (seconds > limits.seconds) ended = `ended by us after ${seconds.toFixed(0)} s, at ${gigabytes(highest)} at most`;
    if (ended) python.kill('SIGKILL');
  }, 500);
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    python.once('close', (...how) => resolve(how)),
  );
  clearInterval(watch);
  if (status === 0) return JSON.parse(out().trim().split('\n').at(-1)!) as Found;
  const after = `after ${((Date.now() - begin) / 1000).toFixed(0)} s, at ${gigabytes(highest)} at most`;
  return (
    ended ?? (signal ? `ended by ${signal} ${after}` : `${err().trim().split('\n').at(-1)!.slice(0, 3000)} (${after})`)
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return () => text;
}

function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // It ended meanwhile.
  }
}
