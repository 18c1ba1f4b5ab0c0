/** The system's programs that packages of Android are made and checked with, or what installs them where that is allowed. */
import { spawn, spawnSync } from 'node:child_process';

/** Debian's packages, and the program of each. */
const PACKAGES: Readonly<Record<string, string>> = {
  aapt: 'aapt2',
  zipalign: 'zipalign',
  apksigner: 'apksigner',
  dexdump: 'dexdump',
};

const found = (command: string): boolean => !spawnSync(command, ['--version'], { stdio: 'ignore' }).error;

/** What of `programs` is missing, as Debian's packages. */
const missing = (programs: readonly string[]): string[] =>
  Object.entries(PACKAGES)
    .filter(([, program]) => programs.includes(program) && !found(program))
    .map(([name]) => name);

/** Installs through apt where we are root; says so. Leaves the complaint to whoever runs a program. */
export function ensureAndroidTools(programs: readonly string[] = Object.values(PACKAGES)): void {
  const packages = missing(programs);
  if (packages.length === 0) return;
  const list = packages.join(' ');
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.error(`Programs are missing: install them with \`sudo apt-get install ${list}\`.`);
    return;
  }
  console.error(`Installing what Android packages are made with (apt-get install ${list}) …`);
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
}

/** What `command` prints, on either stream. Rejects with `setup-failed` and that where it fails or is not there. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  folder = '.',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: folder });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => reject(new Error(`setup-failed: ${command}: ${error.message}`)));
    child.on('close', (code) => {
      const said = Buffer.concat(chunks).toString('utf8');
      if (code === 0) resolve(said);
      else reject(new Error(`setup-failed: ${command} ${args[0]}:\n${said}`));
    });
  });
}
