/** The app's own way to the NPU, in Java, over the same compiler and emulator as the rest of `npm run test:qnn`. */
import { resolve } from 'node:path';
import { ensureMaven, maven } from '../host/maven';
import { librariesFolder, QAIRT } from './emulator';

/** Runs bridge-android/qnn's EmulatorTest on the model that `npm run quantize` has written to `folder`; prints what it says. */
export async function testJava(folder: string): Promise<number> {
  ensureMaven();
  const libraries = resolve(librariesFolder());
  const properties = {
    plugin: `${libraries}/libonnxruntime_providers_qnn.so`,
    backend: `${libraries}/libQnnHtp.so`,
    version: QAIRT,
    model: resolve(folder),
  };
  const { code, output } = await maven(
    ...['test', '-pl', 'qnn', '-am', '-Dtest=EmulatorTest', '-Dsurefire.failIfNoSpecifiedTests=false'],
    ...Object.entries(properties).map(([name, value]) => `-Dqnn.${name}=${value}`),
  );
  const lines = [...output.matchAll(/\w+: -?[\d.]+ dB .*/g)].map(([line]) => line);
  console.log(code === 0 ? lines.join('\n') : output);
  const passed = code === 0 ? lines.length : 0;
  console.log(`\n${passed} passed, ${code === 0 ? 0 : 1} failed`);
  return passed > 0 ? 0 : 1;
}
