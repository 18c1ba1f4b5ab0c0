/**
 * What a finished package must hold and must not: a package can be signed and verified with half of it missing. Each fault is
 * a sentence; none is the proof.
 */
import { readZip, type ZipEntry, type ZipFiles } from './zip';

/** Exactly these: whatever else a library asks for is a fault. */
export const PERMISSIONS = ['FOREGROUND_SERVICE', 'INTERNET', 'POST_NOTIFICATIONS', 'WAKE_LOCK'].map(
  (name) => `android.permission.${name}`,
);
/** Without natives and the demo model. */
export const BUDGET_BYTES = 15_000_000;
export const PAGE = 'assets/web/';
/** Where Android looks for classes. */
const DEX = 'classes.dex';
const DEMO = `${PAGE}demo/`;

/** What the tools said of a package. */
export interface Said {
  /** `aapt2 dump badging`. */
  readonly badging: string;
  /** `apksigner verify --verbose`. */
  readonly verified: string;
  /** `dexdump -d` of the package: of every dex in it. */
  readonly dexdump: string;
}

export interface Expected {
  /** Classes by their names in a jar, `a/b/C.class`. */
  readonly classes: readonly string[];
  /** Every file of the page, by its path below the page. */
  readonly page: ZipFiles;
  readonly natives: readonly string[];
}

/** Every fault of `archive`. */
export function faultsOf(archive: Uint8Array, said: Said, expected: Expected): string[] {
  const entries = readZip(archive, 'the package');
  return [
    ...(entries.some(({ path }) => path === DEX) ? [] : [`${DEX} is missing`]),
    ...dexFaults(said.dexdump, expected.classes),
    ...pageFaults(entries, expected.page),
    ...nativeFaults(entries, said.badging, expected.natives),
    ...badgeFaults(said.badging),
    ...signatureFaults(said.verified),
    ...sizeFaults(entries),
  ];
}

/** A call, that is; androidx.webkit has methods of that name which nobody calls. */
const INJECTING =
  /L(android\/webkit\/WebView|androidx\/webkit\/RestrictionAllowlist\$Builder);\.addJavascriptInterface/;

function dexFaults(dexdump: string, classes: readonly string[]): string[] {
  const there = new Set([...dexdump.matchAll(/Class descriptor\s*: 'L([^;]+);'/g)].map(([, name]) => `${name}.class`));
  const missing = classes.filter((name) => !there.has(name));
  const dynamic = [...dexdump.matchAll(/invoke-custom\S*/g)].length;
  return [
    ...(classes.length === 0 ? ['no class is expected'] : []),
    ...missing.map((name) => `${name} is not in the dex`),
    // It would reach every frame, whatever its origin.
    ...(INJECTING.test(dexdump) ? ['addJavascriptInterface is called'] : []),
    // Every app on the phone could reach it.
    ...(/Ljava\/(net|nio\/channels)\/\w*ServerSocket/.test(dexdump) ? ['it can listen on the network'] : []),
    ...(dynamic > 0 ? [`${dynamic} calls that need a LambdaMetafactory, which Android has not`] : []),
  ];
}

function pageFaults(entries: readonly ZipEntry[], page: ZipFiles): string[] {
  const there = new Map(entries.map(({ path, bytes }) => [path, bytes]));
  const faults = page.has('index.html') ? [] : ['the page has no index.html'];
  for (const [path, bytes] of page) {
    const packed = there.get(PAGE + path);
    if (!packed) faults.push(`${PAGE}${path} is missing`);
    else if (Buffer.compare(packed, bytes) !== 0) faults.push(`${PAGE}${path} is another file`);
  }
  const more = entries.filter(({ path }) => path.startsWith('assets/') && !page.has(path.slice(PAGE.length)));
  return [...faults, ...more.map(({ path }) => `${path} is not of the page`)];
}

function nativeFaults(entries: readonly ZipEntry[], badging: string, natives: readonly string[]): string[] {
  const there = entries.map(({ path }) => path).filter((path) => path.startsWith('lib/'));
  const code = /^native-code: (.*)$/m.exec(badging)?.[1];
  return [
    ...natives.filter((path) => !there.includes(path)).map((path) => `${path} is missing`),
    ...there.filter((path) => !natives.includes(path)).map((path) => `${path} is not expected`),
    ...(natives.length > 0 && code !== "'arm64-v8a'" ? [`the natives are for ${code}`] : []),
  ];
}

function badgeFaults(badging: string): string[] {
  const permissions = [...badging.matchAll(/^uses-permission[^:]*: name='([^']+)'/gm)].map(([, name]) => name!);
  const words = [
    "package: name='pocketdiffusion.app' versionCode='1' versionName='0.1.0'",
    "sdkVersion:'28'",
    "targetSdkVersion:'33'",
    "launchable-activity: name='pocketdiffusion.app.MainActivity'",
    "application-label:'Pocket Diffusion'",
    "application-label-zh:'Pocket Diffusion'",
  ];
  return [
    ...words.filter((word) => !badging.includes(word)).map((word) => `badging does not say ${word}`),
    ...PERMISSIONS.filter((name) => !permissions.includes(name)).map((name) => `${name} is not asked for`),
    ...permissions.filter((name) => !PERMISSIONS.includes(name)).map((name) => `${name} is asked for`),
    ...(/debuggable/.test(badging) ? ['it is debuggable'] : []),
  ];
}

function signatureFaults(verified: string): string[] {
  const words = [
    'Verified using v2 scheme (APK Signature Scheme v2): true',
    'v3 scheme (APK Signature Scheme v3): true',
  ];
  return words.filter((word) => !verified.includes(word)).map((word) => `apksigner does not say ${word}`);
}

function sizeFaults(entries: readonly ZipEntry[]): string[] {
  const { own } = sizesOf(entries);
  return own > BUDGET_BYTES ? [`${own} bytes without natives and demo model, of ${BUDGET_BYTES}`] : [];
}

/** Packed bytes: `own` is all but natives and demo model. */
export function sizesOf(
  entries: readonly ZipEntry[],
): Record<'dex' | 'page' | 'demo' | 'natives' | 'resources' | 'own', number> {
  const sum = (chosen: (path: string) => boolean): number =>
    entries.filter(({ path }) => chosen(path)).reduce((all, { packedBytes }) => all + packedBytes, 0);
  const whole = sum(() => true);
  const [dex, demo, natives] = [
    sum((path) => path.endsWith('.dex')),
    sum(isDemo),
    sum((path) => path.startsWith('lib/')),
  ];
  const page = sum((path) => path.startsWith(PAGE)) - demo;
  return { dex, page, demo, natives, resources: whole - dex - page - demo - natives, own: whole - demo - natives };
}

const isDemo = (path: string): boolean => path.startsWith(DEMO);
