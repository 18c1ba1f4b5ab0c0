/**
 * Where the picture is, or will be. The frame never changes its size, so nothing moves when a picture arrives;
 * below it one line says what is happening, or what can be done with the picture.
 */
import { now } from '../clock';
import type { Job } from '../jobs';
import { isDemo, modelInUse, pictureOnShow, state } from '../state';
import { jobProgress } from '../timeLeft';
import { sizeText, words } from '../words';
import { DrawingProgress } from './DrawingProgress';
import { Examples } from './Examples';
import { Grain } from './Grain';
import { Notices } from './Notices';
import { PictureActions } from './PictureActions';
import { PictureCanvas } from './PictureCanvas';
import { ProgressBar } from './ProgressBar';

export function Stage() {
  const { drawing, jobs } = state.value;
  const demo = jobs.find(({ kind }) => kind === 'demo');
  return (
    <div class="stage">
      <div class="frame" data-drawing={drawing && !drawing.preview ? '' : undefined}>
        <Held />
        {drawing && !drawing.preview && <Grain drawing={drawing} />}
      </div>
      <div class="below">
        {drawing ? (
          <DrawingProgress drawing={drawing} />
        ) : demo ? (
          <Preparing job={demo} />
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
  const { between, preview, request } = state.value.drawing ?? {};
  if (preview) return <PictureCanvas picture={preview} label={request!.prompt} testid="preview" />;
  if (between) return <PictureCanvas picture={between} label={request!.prompt} testid="between" />;
  if (drawn) return <PictureCanvas picture={drawn.picture} label={drawn.request.prompt} testid="picture" />;
  return state.value.drawing ? null : <p class="empty">{words().empty}</p>;
}

/** The demo model on its way, said where the eyes are. Others are on the shelf. */
function Preparing({ job }: { readonly job: Job }) {
  const said = words();
  const { phase, of } = job;
  const { done, left } = jobProgress(job, now.value);
  const known = modelInUse();
  return (
    <>
      <ProgressBar
        label={phase === 'downloading' && of > 0 ? said.downloadingDemo(sizeText(of)) : said.preparingDemo}
        done={done}
        note={left === undefined ? '' : said.left(said.duration(left))}
      />
      {!(known && isDemo(known)) && <p class="hint">{said.preparingHint}</p>}
    </>
  );
}
