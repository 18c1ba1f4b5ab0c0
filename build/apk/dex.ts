/**
 * Java's classes as Android's: ProGuard turns lambdas into classes (ART has no LambdaMetafactory), dx turns classes into
 * dex. Nothing is renamed or left out: what the app does is what its tests have run.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, delimiter, join, resolve } from 'node:path';
import { BRIDGE, maven } from '../host/maven';
import { run } from './tools';

export const MIN_SDK = 28;

/** Where Maven has put the tools and the framework; fetches them the first time. */
export async function dexingClasspath(): Promise<string> {
  const { code, output } = await maven('package', '--file', 'dexing');
  if (code !== 0) throw new Error(`setup-failed: the tools: Maven said:\n${output}`);
  return (await readFile(join(BRIDGE, 'dexing', 'target', 'classpath'), 'utf8')).trim();
}

/** The dex of all classes in `jars`. `folder` is for what is made on the way. */
export async function dex(jars: readonly string[], folder: string): Promise<Uint8Array> {
  const classpath = await dexingClasspath();
  const [desugared, made] = ['desugared.jar', 'classes.dex'].map((name) => resolve(folder, name));
  const framework = classpath.split(delimiter).find((path) => path.includes('android-all'))!;
  await proguard(classpath, jars, framework, folder, [`-outjars '${desugared}'`]);
  const words = ['--dex', `--min-sdk-version=${MIN_SDK}`, `--output=${made}`, desugared!];
  await run('java', ['-cp', classpath, 'com.android.dx.command.Main', ...words]);
  return readFile(made!);
}

/** The classes in `jars` that name what the framework in the jar at `lowest` does not have. */
export async function classesNewerThan(lowest: string, jars: readonly string[], folder: string): Promise<string[]> {
  const said = await proguard(await dexingClasspath(), jars, lowest, folder, ['-ignorewarnings']);
  const classes = [...said.matchAll(/^Warning: (pocketdiffusion\.[\w.]+)\S*: can't find/gm)].map(([, name]) => name!);
  return [...new Set(classes)].sort();
}

/** Fails where `jars` name what is nowhere; what it says. */
async function proguard(
  classpath: string,
  jars: readonly string[],
  framework: string,
  folder: string,
  more: readonly string[],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const settings = resolve(folder, 'proguard.conf');
  const jmods = join(await javaHome(), 'jmods');
  const lines = [
    ...jars.map((jar) => `-injars '${resolve(jar)}'(!META-INF/**,!module-info.class,**.class)`),
    ...more,
    `-libraryjars '${framework}'(**.class)`,
    // android-all has none of java.*; what is newer than Java 8 was refused by javac.
    ...['base', 'logging'].map(
      (name) => `-libraryjars '${join(jmods, `java.${name}.jmod`)}'(!**.jar;!module-info.class)`,
    ),
    // ONNX Runtime's calls of method handles, which ART has: ProGuard does not know that they take any arguments.
    '-dontwarn ai.onnxruntime.platform.Fp16Conversions',
    ...webkit(jars),
    '-target 1.7',
    '-dontshrink',
    '-dontoptimize',
    '-dontobfuscate',
    '-keepattributes Exceptions,InnerClasses,Signature,SourceFile,LineNumberTable,EnclosingMethod',
  ];
  await writeFile(settings, `${lines.join('\n')}\n`);
  return run('java', ['-cp', classpath, 'proguard.ProGuard', `@${settings}`]);
}

/** What the app calls of androidx.webkit: in the library, which names more of androidx that nobody calls, or by its names alone. */
const webkit = (jars: readonly string[]): readonly string[] =>
  jars.some((jar) => /^webkit-\d/.test(basename(jar)))
    ? [
        '-dontwarn androidx.annotation.**,androidx.core.**,androidx.concurrent.**,org.chromium.**,org.jspecify.**,kotlin.**',
      ]
    : [`-libraryjars '${resolve(BRIDGE, 'webkit-names', 'target', 'webkit-names-0.1.0.jar')}'`];

/** Where the JDK is whose `java` runs. */
async function javaHome(): Promise<string> {
  const settings = await run('java', ['-XshowSettings:properties', '-version']);
  const home = /java\.home = (.+)/.exec(settings)?.[1];
  if (!home) throw new Error(`setup-failed: java does not tell its home:\n${settings}`);
  return home.trim();
}
