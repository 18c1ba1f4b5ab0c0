/** The page's own database, looked into and meddled with. */
import type { Page } from 'puppeteer-core';

/** Runs `work` on the page's own database, `store` in its hands; resolves to what `work` makes of it. */
export const inDatabase = (page: Page, work: string): Promise<unknown> =>
  page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('pocket-diffusion');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('models', 'readwrite');
      const store = transaction.objectStore('models');
      let answer;
      const done = (value) => { answer = value; };
      (${work})(store, done);
      transaction.oncomplete = () => { opening.result.close(); resolve(answer); };
      transaction.onabort = () => reject(transaction.error);
    };
  })`);

/** Everything that is kept: models and chunks. */
export const keptKeys = (page: Page): Promise<unknown> =>
  inDatabase(page, `(store, done) => { store.getAllKeys().onsuccess = ({ target }) => done(target.result); }`);

/** Every way in which the stored models came in. */
export const keptOrigins = (page: Page): Promise<string[]> =>
  inDatabase(
    page,
    `(store, done) => {
      store.getAll().onsuccess = ({ target }) => done(target.result.flatMap(({ summary }) => summary?.origins ?? []));
    }`,
  ) as Promise<string[]>;
