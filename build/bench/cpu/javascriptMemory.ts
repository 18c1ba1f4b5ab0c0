/**
 * What JavaScript takes of a page and the workers it has started: V8's heap, garbage that still lies there included, and array buffers
 * (CDP, `Runtime.getHeapUsage`). What is shared, as WebAssembly's memory is in an isolated page, is not in it, so that it can be added once.
 */
import type { CDPSession, Page } from 'puppeteer-core';

/** As Chromium answers; what buffers take has been there since 2024. */
interface HeapUsage {
  readonly totalSize: number;
  readonly backingStorageSize: number;
}

/** Bytes now; workers that end meanwhile count as 0. Workers of workers are left out: kernels' threads hold a program and nothing else. */
async function javascriptBytes(page: Page, own: CDPSession): Promise<number> {
  const sessions = [own, ...page.workers().map(({ client }) => client)];
  const sizes = await Promise.all(
    sessions.map(async (session) => {
      const usage = (await session.send('Runtime.getHeapUsage').catch(() => undefined)) as HeapUsage | undefined;
      return usage ? usage.totalSize + usage.backingStorageSize : 0;
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Does `work` and says the most that was seen meanwhile, sampled every `milliseconds` and whenever a worker comes to it: a shorter peak is missed. */
export async function withJavascriptPeak<Result>(page: Page, work: () => Promise<Result>, milliseconds = 100) {
  const own = await page.createCDPSession();
  let done = false;
  const sampled = async (): Promise<number> => {
    let peak = 0;
    while (!done) {
      peak = Math.max(peak, await javascriptBytes(page, own));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
    return peak;
  };
  const peak = sampled();
  try {
    const result = await work();
    done = true;
    return { result, javascriptBytes: await peak };
  } finally {
    done = true;
    await peak;
    await own.detach();
  }
}
