/** The picture that a control follows: dropped, pasted, chosen or the one on show; and beside it, what is followed of it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { InitImage } from '../../workers/api';
import { preprocessed } from '../../workers/pictureFile/preprocessed';
import { changeUnit, givePicture, takeControlPicture } from '../controlShelf';
import type { ControlUnit } from '../controls';
import { preprocessOf } from '../controlUnits';
import { dragging } from '../drop';
import { toRgba } from '../rgba';
import { modelSize, pictureOnShow, settings } from '../state';
import { lateWords } from '../words';
import { FileButton } from './FileButton';

interface Props {
  readonly unit: ControlUnit;
  readonly place: number;
}

/** Browsers without it have the keys for it. */
const canPaste = typeof navigator.clipboard?.read === 'function';

export function ControlPicture({ unit, place }: Props) {
  const late = lateWords();
  const { id, given, wanted } = unit;
  const [over, setOver] = useState(false);
  const [empty, setEmpty] = useState(false);
  const shown = pictureOnShow();
  const paste = async (): Promise<void> => {
    const file = await pasted().catch(() => undefined);
    setEmpty(!file);
    if (file) await takeControlPicture(id, file);
  };
  return (
    <fieldset
      class="field control-picture"
      data-testid="control-drop"
      data-over={over}
      data-awaiting={dragging.value}
      onDragOver={(event) => {
        if (!holdsPicture(event)) return;
        // Otherwise it would be for the whole page.
        event.preventDefault();
        event.stopPropagation();
        dragging.value = false;
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (!holdsPicture(event) || !file) return;
        event.preventDefault();
        event.stopPropagation();
        void takeControlPicture(id, file);
      }}
    >
      <legend class="unseen">{late.controlPicture(place)}</legend>
      {given ? <Shown unit={unit} /> : <p class="hint">{wanted ? late.controlWanted(wanted) : late.controlDrop}</p>}
      <div class="buttons">
        <FileButton testid="control-file" onPick={([first]) => void takeControlPicture(id, first!.file as File)}>
          {given ? late.otherPicture : late.choosePicture}
        </FileButton>
        {canPaste && (
          <button type="button" data-testid="control-paste" onClick={() => void paste()}>
            {late.pastePicture}
          </button>
        )}
        {shown && (
          <button
            type="button"
            data-testid="control-shown"
            onClick={() => givePicture(id, `${shown.request.prompt}.png`, shown.picture)}
          >
            {late.pictureShown}
          </button>
        )}
        {given && (
          <button
            type="button"
            class="quiet"
            data-testid="control-leave"
            onClick={() => changeUnit(id, { given: undefined })}
          >
            {late.leaveControlPicture}
          </button>
        )}
      </div>
      {empty && (
        <p class="hint" role="status">
          {late.nothingToPaste}
        </p>
      )}
    </fieldset>
  );
}

const holdsPicture = ({ dataTransfer }: DragEvent): boolean =>
  [...(dataTransfer?.items ?? [])].some(({ kind, type }) => kind === 'file' && type.startsWith('image/'));

async function pasted(): Promise<File | undefined> {
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((one) => one.startsWith('image/'));
    if (type) return new File([await item.getType(type)], `pasted.${type.slice('image/'.length)}`, { type });
  }
  return undefined;
}

/** Sliders are dragged through many thresholds. */
const PATIENCE_MILLISECONDS = 120;

function Shown({ unit }: { readonly unit: ControlUnit }) {
  const late = lateWords();
  const { given, preprocess, low, high } = unit;
  const { name, picture } = given!;
  const drawn = settings.value.size ?? modelSize();
  const [seen, setSeen] = useState<InitImage>();
  useEffect(() => {
    const how = preprocessOf(unit);
    if (!how) return setSeen(undefined);
    const timer = setTimeout(() => setSeen(preprocessed(picture, how, drawn)), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [picture, preprocess, low, high, drawn.width, drawn.height]);
  return (
    <div class="control-pictures">
      <Pixels picture={picture} label={name} testid="control-given" />
      {seen && <Pixels picture={seen} label={late.controlSeen} testid="control-seen" />}
    </div>
  );
}

interface PixelsProps {
  readonly picture: InitImage;
  readonly label: string;
  readonly testid: string;
}

function Pixels({ picture, label, testid }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = picture;
  useLayoutEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(new ImageData(toRgba(pixels), width, height), 0, 0);
  }, [picture]);
  return <canvas ref={canvas} role="img" aria-label={label} data-testid={testid} {...{ width, height }} />;
}
