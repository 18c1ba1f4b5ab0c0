/**
 * Libraries of Android that a person has downloaded (`--aar DIR`) or that Maven could fetch: ONNX Runtime, Qualcomm's
 * runtime for its NPUs, androidx.webkit. What is taken is the classes and the natives of 64-bit ARM; what does not belong together is refused.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badModel } from '../../models/refuse';
import { readZip, type ZipEntry } from './zip';

/** The one platform that the app is built for. */
export const ABI = 'arm64-v8a';

interface Kind {
  /** Of the file; what it catches is the version. */
  readonly name: RegExp;
  /** Natives without which it is of no use. */
  readonly natives: readonly string[];
  /** A class without which its classes are of no use; absent where none are needed. */
  readonly type?: string;
}

export interface Libraries {
  /** Whether ONNX Runtime is among them. */
  readonly ort: boolean;
  /** Paths of jars. */
  readonly classes: readonly { readonly name: string; readonly jar: Uint8Array }[];
  /** `lib/arm64-v8a/NAME.so` and their bytes. */
  readonly natives: ReadonlyMap<string, Uint8Array>;
  /** The version of Qualcomm's runtime, which is in its name; absent where it is not among them. */
  readonly qnn?: string;
}

export const NO_LIBRARIES: Libraries = { ort: false, classes: [], natives: new Map() };

const ORT: Kind = {
  name: /^onnxruntime-android(?:-qnn)?-(\d.*)\.aar$/,
  natives: ['libonnxruntime.so', 'libonnxruntime4j_jni.so'],
  type: 'ai/onnxruntime/OrtSession.class',
};
const QNN: Kind = { name: /^qnn-runtime-(\d.*)\.aar$/, natives: ['libQnnHtp.so', 'libQnnSystem.so'] };
/** Bytes and threads for the page (the app's `WebkitLibrary`), which asks it what it can: any version from 1.18 on may be the one. */
const WEBKIT: Kind = { name: /^webkit-(\d.*)\.aar$/, natives: [], type: 'androidx/webkit/WebViewCompat.class' };
const KINDS = [ORT, QNN, WEBKIT];
const KNOWN = 'onnxruntime-android(-qnn)-VERSION.aar, qnn-runtime-VERSION.aar or webkit-VERSION.aar';
/** ONNX Runtime that reaches Qualcomm's runtime; beside the plain one, nothing would call it. */
const FOR_QNN = /^onnxruntime-android-qnn-/;

/** ONNX Runtime's version that the bridge's Java is compiled against. */
export const ortVersion = (): Promise<string> => pinned('onnxruntime.version');
/** That of Qualcomm's runtime: what was compiled before, for phones, only this one reads. */
export const qnnVersion = (): Promise<string> => pinned('qnn.version');

async function pinned(property: string, pom = 'bridge-android/pom.xml'): Promise<string> {
  const text = await readFile(pom, 'utf8');
  const found = text.split(`<${property}>`)[1]?.split('<')[0];
  if (!found) throw badModel(pom, property, 'none');
  return found;
}

/** The versions that are taken. */
export interface Versions {
  readonly ort: string;
  readonly qnn: string;
}

/**
 * The libraries in `folder`. `bad-model` where an archive is none of those known, of another version than `versions` say (in its
 * name, or in the library itself), lacks what makes it work, or where Qualcomm's runtime has no ONNX Runtime beside it that can
 * use it.
 */
export async function readAars(folder: string, versions: Versions): Promise<Libraries> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.aar')).sort();
  const classes: { name: string; jar: Uint8Array }[] = [];
  const natives = new Map<string, Uint8Array>();
  const seen = new Set<Kind>();
  for (const name of names) {
    const kind = KINDS.find((each) => each.name.test(name));
    if (!kind) throw badModel(name, KNOWN, 'another library');
    if (seen.has(kind)) throw badModel(name, 'one of its kind', 'a second one');
    seen.add(kind);
    const entries = readZip(await readFile(join(folder, name)), name);
    const found = nativesOf(entries);
    for (const native of kind.natives)
      if (!found.has(native)) throw badModel(name, `jni/${ABI}/${native} in it`, 'none');
    for (const [native, bytes] of found) natives.set(`lib/${ABI}/${native}`, bytes);
    if (kind === ORT) checkVersion(name, ORT, `\0${versions.ort}\0`, versions.ort, found);
    // Which says `v2.51.0.` and the number of its build.
    if (kind === QNN) checkVersion(name, QNN, `v${versions.qnn}.`, versions.qnn, found);
    if (kind.type === undefined) continue;
    classes.push({ name: name.replace(/\.aar$/, '.jar'), jar: classesOf(name, entries, kind.type) });
  }
  if (seen.size === 0 || (seen.has(QNN) && !seen.has(ORT)))
    throw badModel(folder, 'onnxruntime-android-VERSION.aar in it', names.join(', ') || 'no .aar');
  const ort = names.find((name) => ORT.name.test(name)) ?? '';
  if (seen.has(QNN) && !FOR_QNN.test(ort))
    throw badModel(ort, "onnxruntime-android-qnn, beside Qualcomm's runtime", 'the plain one');
  const qnn = names.map((name) => QNN.name.exec(name)?.[1]).find((found) => found !== undefined);
  return { ort: seen.has(ORT), classes, natives, ...(qnn === undefined ? {} : { qnn }) };
}

function nativesOf(entries: readonly ZipEntry[]): Map<string, Uint8Array> {
  const folder = `jni/${ABI}/`;
  const found = entries.filter(({ path }) => path.startsWith(folder) && path.endsWith('.so'));
  return new Map(found.map(({ path, bytes }) => [path.slice(folder.length), bytes]));
}

/** A library that was renamed says its true version itself. */
function checkVersion(
  name: string,
  { name: pattern, natives: [library] }: Kind,
  word: string,
  version: string,
  found: ReadonlyMap<string, Uint8Array>,
): void {
  const named = pattern.exec(name)![1]!;
  if (named !== version) throw badModel(name, `version ${version}, which bridge-android/pom.xml names`, named);
  if (!Buffer.from(found.get(library!)!).includes(Buffer.from(word, 'latin1')))
    throw badModel(`${name}: ${library}`, `version ${version}`, 'another');
}

function classesOf(name: string, entries: readonly ZipEntry[], type: string): Uint8Array {
  const jar = entries.find(({ path }) => path === 'classes.jar');
  if (!jar) throw badModel(name, 'classes.jar in it', 'none');
  if (!readZip(jar.bytes, `${name}: classes.jar`).some(({ path }) => path === type)) {
    throw badModel(`${name}: classes.jar`, type, 'no such class');
  }
  return jar.bytes;
}
