/** A picture to draw from: given, painted on where only a part of it is to be drawn anew, and how much of it is given up. */
import { useState } from 'preact/hooks';
import { give, takePicture } from '../givenPicture';
import { init } from '../initPicture';
import { pictureOnShow } from '../state';
import { lateWords } from '../words';
import { FileButton } from './FileButton';
import { MaskPainter } from './MaskPainter';
import { NumberField } from './NumberField';

const RADIUS = 0.05;

export function InitPicture() {
  const late = lateWords();
  const [radius, setRadius] = useState(RADIUS);
  const given = init.value;
  const shown = pictureOnShow();
  return (
    <div class="fields init" data-testid="init">
      {given && (
        <>
          <MaskPainter radius={radius} />
          <p class="hint">{late.paintHint}</p>
          <NumberField
            {...{ label: late.brush, name: 'brush', value: Math.round(100 * radius), least: 1, most: 30 }}
            slider={{ least: 1, most: 30 }}
            onChange={(value) => setRadius(value / 100)}
          />
          <NumberField
            {...{ label: late.strength, hint: late.strengthHint, name: 'strength', value: given.strength }}
            {...{ least: 0.05, most: 1, step: 0.05, slider: { least: 0.05, most: 1 } }}
            onChange={(strength) => {
              init.value = { ...given, strength };
            }}
          />
        </>
      )}
      <div class="buttons">
        <FileButton testid="init-file" onPick={([first]) => void takePicture(first!.file as File)}>
          {given ? late.otherPicture : late.choosePicture}
        </FileButton>
        {shown && (
          <button type="button" data-testid="init-shown" onClick={() => give(shown.request.prompt, shown.picture)}>
            {late.pictureShown}
          </button>
        )}
        {given?.mask && (
          <button
            type="button"
            class="quiet"
            data-testid="clear-mask"
            onClick={() => {
              init.value = { ...given, mask: undefined };
            }}
          >
            {late.clearMask}
          </button>
        )}
        {given && (
          <button
            type="button"
            class="quiet"
            data-testid="leave-init"
            onClick={() => {
              init.value = undefined;
            }}
          >
            {late.leavePicture}
          </button>
        )}
      </div>
    </div>
  );
}
