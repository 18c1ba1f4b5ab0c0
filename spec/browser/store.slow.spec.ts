/** What is stored, in Chromium, in IndexedDB: what is hardly another story there. */
import { join } from 'node:path';
import { test } from 'uvu';
import { scratchFolder } from './enginePage';
import { bundleStore } from './storePage';
import { OF_EITHER, storeStories } from './storeStories';

const FOLDER = 'dist/spec-store-slow';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundleStore(FOLDER, join(scratch.path, 'models'));
});
test.after(() => scratch.remove());

storeStories(FOLDER, 'idb', (sentence) => !OF_EITHER.test(sentence));

test.run();
