/**
 * `npm run apk [-- --aar DIR] [--twice]`: the Android app as `dist/pocket-diffusion.apk`, signed, its contents checked. All it
 * takes comes from public registries: Maven Central, npm, Debian.
 *
 *   --aar DIR        with the libraries there: onnxruntime-android(-qnn)-VERSION.aar, qnn-runtime-VERSION.aar,
 *                    webkit-VERSION.aar (androidx)
 *   --profile NAME   with those that Maven fetches, where a registry has them: ort, qnn, androidx
 *   --twice          builds everything a second time, from nothing, and compares
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badArgument, readOptions } from '../models/commandLine.node';
import { CodedError } from '../models/errors';
import { fromCaller } from '../models/openDisk.node';
import { type Libraries, NO_LIBRARIES, ortVersion, qnnVersion, readAars } from './apk/aars';
import { assemble, pageFiles } from './apk/assemble';
import { BUDGET_BYTES, faultsOf, sizesOf } from './apk/contents';
import { dex } from './apk/dex';
import { type SigningKey, sign, signingKey } from './apk/sign';
import { ensureAndroidTools, run } from './apk/tools';
import { readZip, type ZipFiles } from './apk/zip';
import { bundle, WEB_FOLDER } from './bundle';
import { BRIDGE, ensureMaven, maven } from './host/maven';

export const APK = 'dist/pocket-diffusion.apk';
const FOLDER = 'dist/apk';
const OPTIONS = {
  aar: { type: 'string' },
  profile: { type: 'string' },
  twice: { type: 'boolean', default: false },
} as const;
const USAGE = '[--aar DIR | --profile ort|qnn|androidx] [--twice]';
/** Of bridge-android/dexing/pom.xml. */
const PROFILES = ['ort', 'qnn', 'androidx'];

export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = readOptions(args, OPTIONS, USAGE);
    if (positionals.length > 0) throw badArgument(positionals[0]!, USAGE, 'a word by itself');
    const key = signingKey(process.env);
    if (values.profile !== undefined && (values.aar !== undefined || !PROFILES.includes(values.profile))) {
      throw badArgument('--profile', `${PROFILES.join(' or ')}, without --aar`, values.profile);
    }
    ensureMaven();
    ensureAndroidTools();
    const folder = values.profile ? await fetched(values.profile) : values.aar && fromCaller(values.aar);
    const libraries = folder
      ? await readAars(folder, { ort: await ortVersion(), qnn: await qnnVersion() })
      : NO_LIBRARIES;
    return await build(libraries, key, values.twice);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** Where Maven has put the libraries of a profile. */
async function fetched(profile: string): Promise<string> {
  const { code, output } = await maven('package', '--file', 'dexing', '--activate-profiles', profile);
  if (code !== 0) throw new Error(`setup-failed: --profile ${profile}: Maven said:\n${output}`);
  return join(BRIDGE, 'dexing', 'target', profile);
}

async function build(libraries: Libraries, key: SigningKey, twice: boolean): Promise<number> {
  await rm(APK, { force: true });
  await mkdir(FOLDER, { recursive: true });
  const first = await loose(libraries, false);
  if (twice) {
    const before = await readFile(first.path);
    const second = await loose(libraries, true);
    if (!before.equals(await readFile(second.path))) {
      console.error('not reproducible: a second build of the same sources is another package');
      return 1;
    }
    console.log('two builds are bit-identical');
  }
  await sign(first.path, key);
  const faults = await check(first.path, first.page, first.jars, libraries);
  for (const fault of faults) console.error(`the package is wrong: ${fault}`);
  if (faults.length > 0) return 1;
  await rename(first.path, APK);
  await print(libraries, key);
  return 0;
}

/** A package that is not signed yet. `clean`: nothing that was built before is used, but for what was fetched. */
async function loose(libraries: Libraries, clean: boolean): Promise<{ path: string; page: ZipFiles; jars: string[] }> {
  const web = clean ? join(FOLDER, 'web') : WEB_FOLDER;
  if (clean) await rm(web, { recursive: true, force: true });
  await bundle(web);
  const modules = ['app', ...(libraries.ort ? ['ort'] : []), ...(libraries.qnn ? ['qnn'] : [])];
  const goals = [...(clean ? ['clean'] : []), 'package', '-DskipTests', '-pl', modules.join(','), '-am'];
  const { code, output } = await maven(...goals);
  if (code !== 0) throw new Error(`setup-failed: the app: Maven said:\n${output}`);
  const jars = ['core', ...modules].map((name) => join(BRIDGE, name, 'target', `${name}-0.1.0.jar`));
  for (const { name, jar } of libraries.classes) {
    await writeFile(join(FOLDER, name), jar);
    jars.push(join(FOLDER, name));
  }
  const page = await pageFiles(web);
  const path = join(FOLDER, 'pocket-diffusion.unsigned');
  await assemble(path, await dex(jars, FOLDER), page, libraries);
  return { path, page, jars };
}

async function check(path: string, page: ZipFiles, jars: readonly string[], libraries: Libraries): Promise<string[]> {
  await run('zipalign', ['-c', '-p', '4', path]);
  const classes: string[] = [];
  for (const jar of jars) {
    for (const entry of readZip(await readFile(jar), jar)) {
      if (entry.path.endsWith('.class') && entry.path !== 'module-info.class') classes.push(entry.path);
    }
  }
  const said = {
    badging: await run('aapt2', ['dump', 'badging', path]),
    // From 24 on, or it would not look at the scheme of Android 7.
    verified: await run('apksigner', ['verify', '--verbose', '--min-sdk-version', '24', path]),
    // Of the package itself: dexdump reads what an installed one would run.
    dexdump: await run('dexdump', ['-d', path]),
  };
  return faultsOf(await readFile(path), said, { classes, page, natives: [...libraries.natives.keys()] });
}

async function print({ natives }: Libraries, { release }: SigningKey): Promise<void> {
  const archive = await readFile(APK);
  const { own, ...parts } = sizesOf(readZip(archive, APK));
  for (const [name, bytes] of Object.entries(parts)) console.log(`${name.padEnd(12)}${String(bytes).padStart(12)}`);
  console.log(`${'all'.padEnd(12)}${String(archive.length).padStart(12)}`);
  console.log(`${own} of ${BUDGET_BYTES} bytes without natives and demo model`);
  console.log(
    `${APK}: ${release ? 'release' : 'debug'} key, ${natives.size === 0 ? 'no natives' : `${natives.size} natives`}`,
  );
  const others = (await readdir('dist', { recursive: true })).filter((name) => name.endsWith('.apk'));
  if (others.length !== 1) throw new Error(`setup-failed: one file ending in .apk: ${others.join(', ')}`);
}
