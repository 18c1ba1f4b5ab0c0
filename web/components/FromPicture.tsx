/** Settings out of a picture: where to give one. */
import { pictureAmong, takeFrom } from '../pictureFiles';
import { words } from '../words';
import { FileButton } from './FileButton';

export const FromPicture = () => (
  <FileButton
    testid="from-picture"
    class="quiet reset"
    onPick={(files) => {
      const picture = pictureAmong(files) ?? (files[0]?.file as File | undefined);
      if (picture) void takeFrom(picture);
    }}
  >
    {words().fromPicture}
  </FileButton>
);
