/** Picture files among those that a person gives the page. */
import type { PickedFile } from '../workers/api';
import { withLate } from './withLate';

/** The one picture that `files` are, if they are one. */
export const pictureAmong = ([first, ...more]: readonly PickedFile[]): File | undefined =>
  first && more.length === 0 && /\.png$/i.test(first.path) ? (first.file as File) : undefined;

/** Takes the settings of the picture; what goes wrong is told. */
export const takeFrom = (file: File): Promise<void> => withLate(({ takeSettings }) => takeSettings(file));
