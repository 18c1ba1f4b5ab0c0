/** Settings out of a picture: where to give one, and what it has that there is no control for. */
import { pictureAmong, takeFrom } from '../pictureFiles';
import { set, settings } from '../state';
import { words } from '../words';
import { FileButton } from './FileButton';
import { IconButton } from './IconButton';

export function FromPicture() {
  const said = words();
  const { taken } = settings.value;
  return (
    <>
      {taken && (
        <p class="hint taken" data-testid="taken">
          {[said.takenFrom, ...Object.entries(taken).map(([name, value]) => `${name} ${value}`)].join(' ')}
          <IconButton icon="close" testid="leave-taken" label={said.leaveTaken} onClick={() => set({ taken: null })} />
        </p>
      )}
      <FileButton
        testid="from-picture"
        class="quiet reset"
        onPick={(files) => {
          const picture = pictureAmong(files) ?? (files[0]?.file as File | undefined);
          if (picture) void takeFrom(picture);
        }}
      >
        {said.fromPicture}
      </FileButton>
    </>
  );
}
