/** Whole pictures against diffusers: every one of model A, a few of the others. */
import { FEW, pictureStories } from './pictureStories';

pictureStories((picture) => FEW.test(picture));
