/**
 * `node build/run.mjs ENTRY.ts [arguments]`: the one way any script of package.json starts.
 *
 * Plain JavaScript because nothing is installed yet on a fresh clone: it brings node_modules in line with
 * package-lock.json, bundles the TypeScript entry with esbuild (packages stay outside the bundle) and imports
 * the result, whose exported `main(args)` resolves to the exit code. Everything it has to say goes to stderr:
 * stdout belongs to the command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { place } from './placed.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Installs the locked packages unless this very lock file was installed before. */
function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.pocket-diffusion-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing packages (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // No install scripts: no package we use needs one, and a browser download would only fail offline.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error('setup-failed: packages: `npm ci` did not succeed; its messages are above.');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

async function bundleEntry(entry) {
  const { build } = await import('esbuild');
  const { kernels } = await import('./kernels.mjs');
  const outfile = join(root, 'dist', 'node', entry.replace(/\.ts$/, '.mjs'));
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
    plugins: [kernels],
    write: false,
  });
  for (const { path, contents } of outputFiles) place(path, contents);
  return outfile;
}

const [entry, ...args] = process.argv.slice(2);
if (!entry) {
  console.error('usage: node build/run.mjs ENTRY.ts [arguments]');
  process.exit(2);
}
// Paths that a user types are relative to where npm was called, not to this repository.
process.env.POCKET_CALLER ??= process.env.INIT_CWD ?? process.cwd();
process.chdir(root);
installPackages();
const { main } = await import(pathToFileURL(await bundleEntry(entry)).href);
const code = await main(args);
// Leave at once, whatever a library left running (ORT's threads wait for ever), but not before stdout is out.
process.stdout.write('', () => process.exit(code));
