/** What is stored, in Chromium, in files; and of what differs there, in IndexedDB. */
import { OF_EITHER, storeStories } from './storeStories';

storeStories('dist/spec-store', { opfs: () => true, idb: (sentence) => OF_EITHER.test(sentence) });
