export { wavePicture } from '../../../build/wavePicture';
