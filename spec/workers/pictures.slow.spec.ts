/** Whole pictures against diffusers: those that `npm test` leaves out. */
import { FEW, pictureStories } from './pictureStories';

pictureStories((picture) => !FEW.test(picture));
