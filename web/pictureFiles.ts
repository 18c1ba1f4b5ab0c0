/** Picture files among those that a person gives the page. */
import type { PickedFile } from '../workers/api';
import { bringLateParts, notFetched } from './lateParts';
import { tell } from './state';

/** The one picture that `files` are, if they are one. */
export const pictureAmong = ([first, ...more]: readonly PickedFile[]): File | undefined =>
  first && more.length === 0 && /\.png$/i.test(first.path) ? (first.file as File) : undefined;

/** Takes the settings of the picture; what goes wrong is told. */
export const takeFrom = (file: File): Promise<void> =>
  bringLateParts().then(
    ({ takeSettings }) => takeSettings(file),
    (thrown: unknown) => tell({ type: 'problem', problem: { during: 'models', failure: notFetched(thrown) } }),
  );
