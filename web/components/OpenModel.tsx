/** The ways in: a file, a folder, each dropped as well; what goes with it; and the web. */
import { openFiles } from '../modelActions';
import { words } from '../words';
import { FileButton } from './FileButton';
import { Icon } from './Icon';
import { OpenOptions } from './OpenOptions';
import { WebModels } from './WebModels';

const foldersCanBePicked = 'webkitdirectory' in HTMLInputElement.prototype;

export function OpenModel() {
  const said = words();
  return (
    <section class="open" aria-labelledby="open-model">
      <h3 class="label" id="open-model">
        {said.open}
      </h3>
      <div class="pair">
        <FileButton testid="open-file" onPick={openFiles}>
          <Icon name="file" />
          {said.openFile}
        </FileButton>
        {foldersCanBePicked && (
          <FileButton testid="import" folder onPick={openFiles}>
            <Icon name="folder" />
            {said.openFolder}
          </FileButton>
        )}
      </div>
      <p class="hint">{said.openHint}</p>
      <OpenOptions />
      <WebModels />
    </section>
  );
}
