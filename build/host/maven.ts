/** Maven, which builds and tests the Java half of the bridge (`bridge-android/pom.xml`), or what installs it where that is allowed. */
import { spawn, spawnSync } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export const BRIDGE = 'bridge-android';
const MODULES = ['core', 'ort', 'qnn', 'host', 'app'];

const works = (command: string, flag: string): boolean => spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;
const found = (): boolean => works('mvn', '-version') && works('javac', '-version');

/** Installs Maven and a JDK through apt where we are root; says so. Leaves the complaint to whoever runs it. */
export function ensureMaven(): void {
  if (found()) return;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.error('Maven or a JDK is missing: install them with `sudo apt-get install maven default-jdk-headless`.');
    return;
  }
  console.error('Installing Maven and a JDK (apt-get install maven default-jdk-headless) …');
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'maven', 'default-jdk-headless'],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
}

/** Runs Maven in the bridge's folder. It fetches what it has not yet fetched; everything is pinned, so later it needs no network. */
export function maven(...goals: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const args = ['--quiet', '--batch-mode', '--no-transfer-progress', '-Dstyle.color=never', ...goals];
    const child = spawn('mvn', args, {
      cwd: BRIDGE,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 1, output: `setup-missing: Maven: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Builds everything and runs every JUnit test; counts them in Surefire's reports. A skipped test is a failure. */
export async function runJUnit(): Promise<{
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}> {
  const reports = MODULES.map((module) => join(BRIDGE, module, 'target', 'surefire-reports'));
  for (const folder of reports) await rm(folder, { recursive: true, force: true });
  const { code, output } = await maven('package', '-Dmaven.test.failure.ignore=false', '--fail-at-end');
  const tally = { total: 0, failed: 0 };
  for (const folder of reports) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.xml'))) {
      const suite = /<testsuite [^>]*>/.exec(await readFile(join(folder, name), 'utf8'))?.[0] ?? '';
      const count = (key: string): number => Number(new RegExp(` ${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
      tally.total += count('tests');
      tally.failed += count('errors') + count('failures') + count('skipped');
    }
  }
  // A build that broke without a failed test is one failure; so is a build without tests.
  const broken = (code !== 0 && tally.failed === 0) || tally.total === 0 ? 1 : 0;
  return { passed: tally.total - tally.failed, failed: tally.failed + broken, output };
}
