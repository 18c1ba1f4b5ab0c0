/** A picture to draw from: given, painted on where only a part of it is to be drawn anew, and how much of it is given up. */
import { useState } from 'preact/hooks';
import { drawBeyond, give, mostBeyond, takePicture } from '../givenPicture';
import { type InitPicture as Given, init } from '../initPicture';
import { pictureOnShow } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
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
          <MaskPainter
            {...{ size: given.picture, picture: given.picture, name: given.name, mask: given.mask, radius }}
            {...{ testid: 'mask', label: `${late.paintHere}. ${late.paintKeys}` }}
            onPaint={(mask) => {
              init.value = { ...init.value!, mask };
            }}
          />
          <p class="hint">{late.paintHint}</p>
          <p class="hint keys">{late.paintKeys}</p>
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
          <Beyond given={given} />
          {given.mask && given.beyond.every((side) => side === 0) && <Part given={given} />}
          {(given.mask || given.beyond.some((side) => side > 0)) && <Edge given={given} />}
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

/** How far it goes on, to each side. */
function Beyond({ given }: { readonly given: Given }) {
  const late = lateWords();
  const { beyond } = given;
  const most = mostBeyond(given);
  return (
    <fieldset class="field">
      <legend class="label">{late.beyond}</legend>
      <div class="pair">
        {late.edges.map((label, i) => (
          <NumberField
            key={label}
            {...{
              label,
              name: `beyond-${i}`,
              value: beyond[i]!,
              least: 0,
              most: Math.max(beyond[i]!, most[i]!),
              step: 8,
            }}
            onChange={(value) =>
              drawBeyond(beyond.map((each, at) => (at === i ? value : each)) as never as Given['beyond'])
            }
          />
        ))}
      </div>
      <p class="hint">{late.beyondHint}</p>
    </fieldset>
  );
}

/** Pixels around what is painted, of stable-diffusion-webui's "Only masked". */
const PADDING = 32;

/** Whether all of it is drawn, or what is painted alone, finer. */
function Part({ given }: { readonly given: Given }) {
  const late = lateWords();
  const { padding } = given;
  return (
    <>
      <Choice
        {...{ legend: late.drawn, name: 'drawn-part', value: padding === undefined ? 'whole' : 'painted' }}
        options={(['whole', 'painted'] as const).map((value) => ({ value, label: late.drawnParts[value] }))}
        onChange={(value) => {
          init.value = { ...given, padding: value === 'whole' ? undefined : PADDING };
        }}
      />
      {padding !== undefined && (
        <>
          <p class="hint">{late.paintedHint}</p>
          <NumberField
            {...{ label: late.padding, name: 'inpaint-padding', value: padding, least: 0, most: 512 }}
            slider={{ least: 0, most: 256 }}
            onChange={(value) => {
              init.value = { ...given, padding: value };
            }}
          />
        </>
      )}
    </>
  );
}

/** How what is drawn anew meets what stays. */
function Edge({ given }: { readonly given: Given }) {
  const late = lateWords();
  return (
    <>
      <NumberField
        {...{ label: late.maskBlur, name: 'mask-blur', value: given.maskBlur, least: 0, most: 64 }}
        slider={{ least: 0, most: 32 }}
        onChange={(maskBlur) => {
          init.value = { ...given, maskBlur };
        }}
      />
      <Choice
        {...{ legend: late.maskedContent, name: 'masked-content', value: given.maskedContent }}
        options={CONTENTS.map((value) => ({ value, label: late.maskedContents[value] }))}
        onChange={(maskedContent) => {
          init.value = { ...given, maskedContent };
        }}
      />
    </>
  );
}

const CONTENTS = ['original', 'fill', 'latent_noise', 'latent_nothing'] as const;
