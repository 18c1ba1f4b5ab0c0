/** The settings of a picture that was drawn here. */
import { requestOfPicture } from '../workers/pictureFile/requestOfPicture';
import { controls } from './controls';
import type { Drawn } from './drawing';
import { embeddings } from './embeddings';
import { settingsOf } from './settingsOf';
import { modelSize, set } from './state';

/** Sets everything that drew this picture, its own seed kept: drawing again draws it again. */
export function reuse({ picture, image, request }: Drawn): void {
  embeddings.value = request.embeddings ?? [];
  if (controls.value) controls.value = controls.value.again(request);
  set(settingsOf(requestOfPicture(request, picture, image), modelSize()));
}
