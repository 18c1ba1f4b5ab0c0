/** What is stored, in Chromium, in IndexedDB: what is hardly another story there. */
import { OF_EITHER, storeStories } from './storeStories';

storeStories('dist/spec-store-slow', { idb: (sentence) => !OF_EITHER.test(sentence) });
