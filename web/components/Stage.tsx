/**
 * Where the picture is, or will be. The frame never changes its size, so nothing moves when a picture arrives;
 * below it one line says what is happening, or what can be done with the picture.
 */
import { cancelImport } from '../actions';
import { now } from '../clock';
import type { Importing } from '../reducer';
import { isDemo, modelInUse, pictureOnShow, state } from '../state';
import { importProgress } from '../timeLeft';
import { sizeText, words } from '../words';
import type { Words } from '../words/en';
import { DrawingProgress } from './DrawingProgress';
import { Examples } from './Examples';
import { Grain } from './Grain';
import { Notices } from './Notices';
import { PictureActions } from './PictureActions';
import { PictureCanvas } from './PictureCanvas';
import { ProgressBar } from './ProgressBar';

export function Stage() {
  const { drawing, importing } = state.value;
  return (
    <div class="stage">
      <div class="frame" data-drawing={drawing ? '' : undefined}>
        <Held />
        {drawing && <Grain drawing={drawing} />}
      </div>
      <div class="below">
        {drawing ? (
          <DrawingProgress drawing={drawing} />
        ) : importing ? (
          <Preparing />
        ) : pictureOnShow() ? (
          <PictureActions />
        ) : (
          <Examples />
        )}
      </div>
      <Notices />
    </div>
  );
}

/** What the frame holds while nothing is being drawn over it. */
function Held() {
  const drawn = pictureOnShow();
  if (drawn) return <PictureCanvas picture={drawn.picture} label={drawn.request.prompt} testid="picture" />;
  return state.value.drawing ? null : <p class="empty">{words().empty}</p>;
}

function importText({ source, phase, of }: Importing, said: Words): string {
  if (source === 'folder') return said.importing;
  return phase === 'downloading' && of > 0 ? said.downloadingDemo(sizeText(of)) : said.preparingDemo;
}

/** A model on its way, said where the eyes are; a folder's import can be stopped, the demo model is needed. */
function Preparing() {
  const said = words();
  const importing = state.value.importing!;
  const { done, left } = importProgress(importing, now.value);
  const demo = importing.source === 'demo';
  const known = modelInUse();
  return (
    <>
      <ProgressBar
        label={importText(importing, said)}
        done={done}
        note={left === undefined ? '' : said.left(said.duration(left))}
      />
      {demo && !(known && isDemo(known)) && <p class="hint">{said.preparingHint}</p>}
      {!demo && (
        <button
          type="button"
          class="quiet"
          data-testid="cancel-import"
          disabled={importing.aborting}
          onClick={cancelImport}
        >
          {importing.aborting ? said.canceling : said.cancel}
        </button>
      )}
    </>
  );
}
