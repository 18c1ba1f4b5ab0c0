/** Puts a package together: what aapt2 has made of the resources, the dex, the page as assets, natives; then aligns it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isTwin } from '../compress';
import { BRIDGE } from '../host/maven';
import type { Libraries } from './aars';
import { PAGE } from './contents';
import { run } from './tools';
import { readZip, writeZip, type ZipFiles } from './zip';

const TARGET = join(BRIDGE, 'app', 'target');
/** Android maps the table of resources as it lies there; pictures are compressed already. */
const STORED = /^resources\.arsc$|\.png$/;
/** How Qualcomm's runtime reaches the NPU from an app (Android 12 and newer), and its version: a text, which no number alone would be. */
const forNpu = (version: string): string =>
  `<uses-native-library android:name="libcdsprpc.so" android:required="false"/>` +
  `<meta-data android:name="pocketdiffusion.qnn" android:value="QAIRT-${version}"/>`;

/** Every file of a built page by its path, without compressed twins: a package is compressed itself. */
export async function pageFiles(folder: string): Promise<ZipFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.filter((each) => each.isFile() && !isTwin(each.name))) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(join(folder, '/').length).replaceAll('\\', '/'), await readFile(path));
  }
  return files;
}

/** Writes the aligned package, not yet signed, to `apk`. */
export async function assemble(apk: string, dex: Uint8Array, page: ZipFiles, libraries: Libraries): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const { path, bytes } of await resources(libraries.qnn)) files.set(path, bytes);
  files.set('classes.dex', dex);
  for (const [path, bytes] of page) files.set(PAGE + path, bytes);
  for (const [path, bytes] of libraries.natives) files.set(path, bytes);
  await writeFile(
    `${apk}.loose`,
    writeZip(files, (path) => STORED.test(path)),
  );
  await run('zipalign', ['-f', '-p', '4', `${apk}.loose`, apk]);
}

/** What Maven has made, or the same with a manifest that names the NPU's library, which aapt2 10 does not know. */
async function resources(qnn: string | undefined) {
  if (qnn === undefined) return readZip(await readFile(join(TARGET, 'resources.ap_')), 'resources.ap_');
  const manifest = await readFile(join(BRIDGE, 'app', 'src', 'main', 'AndroidManifest.xml'), 'utf8');
  const changed = join(TARGET, 'AndroidManifest.qnn.xml');
  await writeFile(changed, manifest.replace('</application>', `${forNpu(qnn)}</application>`));
  const made = join(TARGET, 'resources.qnn.ap_');
  await run('aapt2', [
    ...['link', '--warn-manifest-validation', '-I', join(TARGET, 'framework.ap_'), '--manifest', changed],
    ...['-o', made, join(TARGET, 'resources', 'compiled.zip')],
  ]);
  return readZip(await readFile(made), 'resources.qnn.ap_');
}
