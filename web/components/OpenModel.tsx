/** The ways in: a file, a folder, each dropped as well; what goes with it; and the web. */
import type { PickedFile } from '../../workers/api';
import { openPicked } from '../modelActions';
import { takeOptions } from '../openOptions';
import { words } from '../words';
import { FileButton } from './FileButton';
import { Fold } from './Fold';
import { Icon } from './Icon';
import { OpenOptions, WebModels } from './Late';

const foldersCanBePicked = 'webkitdirectory' in HTMLInputElement.prototype;

const open = (files: readonly PickedFile[], handle?: object): void => openPicked(files, { ...takeOptions(), handle });

export function OpenModel() {
  const said = words();
  return (
    <section class="open" aria-labelledby="open-model">
      <h3 class="label" id="open-model">
        {said.open}
      </h3>
      <div class="pair">
        <FileButton testid="open-file" onPick={open}>
          <Icon name="file" />
          {said.openFile}
        </FileButton>
        {foldersCanBePicked && (
          <FileButton testid="import" folder onPick={open}>
            <Icon name="folder" />
            {said.openFolder}
          </FileButton>
        )}
      </div>
      <p class="hint">{said.openHint}</p>
      <Fold summary={said.openOptions} testid="open-options" inside={OpenOptions} />
      <Fold summary={said.web} testid="web-models" inside={WebModels} />
    </section>
  );
}
