/** What is stored, in Chromium, in files; and of what differs there, in IndexedDB. */
import { join } from 'node:path';
import { test } from 'uvu';
import { scratchFolder } from './enginePage';
import { bundleStore } from './storePage';
import { OF_EITHER, storeStories } from './storeStories';

const FOLDER = 'dist/spec-store';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundleStore(FOLDER, join(scratch.path, 'models'));
});
test.after(() => scratch.remove());

storeStories(FOLDER, 'opfs', () => true);
storeStories(FOLDER, 'idb', (sentence) => OF_EITHER.test(sentence));

test.run();
