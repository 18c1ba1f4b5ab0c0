/** The way back, for tests: the dex of a package as Java's classes, run on a JVM through the tests of the bridge's core. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { BRIDGE, maven } from '../host/maven';
import { run } from './tools';
import { readZip } from './zip';

/** Writes the classes of the package at `apk` to `folder`. Rejects with `setup-failed` where a tool does. */
export async function undex(apk: string, folder: string): Promise<void> {
  const classpath = await toolsIn('classpath');
  await rm(folder, { recursive: true, force: true });
  const dex = `${folder}.dex`;
  const entry = readZip(await readFile(apk), apk).find(({ path }) => path === 'classes.dex');
  await writeFile(dex, entry!.bytes);
  const framework = classpath.split(delimiter).find((path) => path.includes('android-all'))!;
  await run('java', [
    ...['-Xmx3g', '-cp', classpath, 'soot.Main', '-src-prec', 'apk', '-f', 'class', '-java-version', '1.8'],
    ...['-allow-phantom-refs', '-force-android-jar', framework],
    ...['-soot-class-path', `VIRTUAL_FS_FOR_JDK${delimiter}${framework}`, '-process-dir', dex, '-d', folder],
  ]);
}

/** Runs the core's tests, as Maven has compiled them, with the classes in `folder` in the place of the core's own; what JUnit says. */
export async function testCore(folder: string): Promise<string> {
  const core = join(BRIDGE, 'core');
  const { code, output } = await maven('test-compile', '-pl', 'core');
  if (code !== 0) throw new Error(`setup-failed: the core's tests: Maven said:\n${output}`);
  const tests = resolve(core, 'target', 'test-classes');
  const names = (await readdir(join(tests, 'pocketdiffusion', 'bridge'))).filter((name) => name.endsWith('Test.class'));
  const types = names.map((name) => `pocketdiffusion.bridge.${name.replace(/\.class$/, '')}`);
  const classpath = [resolve(folder), tests, await toolsIn('tests')].join(delimiter);
  return run('java', ['-cp', classpath, 'org.junit.runner.JUnitCore', ...types], process.env, core);
}

async function toolsIn(name: 'classpath' | 'tests'): Promise<string> {
  const { code, output } = await maven('package', '--file', 'undexing');
  if (code !== 0) throw new Error(`setup-failed: Soot: Maven said:\n${output}`);
  return (await readFile(join(BRIDGE, 'undexing', 'target', name), 'utf8')).trim();
}
