/** The picture that a control follows, or those that an IP-Adapter sees: dropped, pasted, chosen or the one on show; and beside it, what is followed of it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { InitImage } from '../../workers/api';
import { preprocessed } from '../../workers/pictureFile/preprocessed';
import { MOST_IMAGES } from '../../workers/pictureFile/saidIpAdapters';
import { givePicture, leavePicture, takeControlPicture } from '../controlShelf';
import type { ControlUnit, GivenPicture } from '../controls';
import { preprocessOf } from '../controlUnits';
import { dragging } from '../drop';
import { toRgba } from '../rgba';
import { modelSize, pictureOnShow, settings } from '../state';
import { lateWords } from '../words';
import { useFocusAfter } from './DeleteForGood';
import { FileButton } from './FileButton';
import { IconButton } from './IconButton';
import { WhereButton, WherePainter } from './WhereItCounts';

interface Props {
  readonly unit: ControlUnit;
  readonly place: number;
  /** An IP-Adapter's, which may have several. */
  readonly likes: boolean;
}

/** Browsers without it have the keys for it. */
const canPaste = typeof navigator.clipboard?.read === 'function';

export function ControlPicture({ unit, place, likes }: Props) {
  const late = lateWords();
  const { id, given, wanted } = unit;
  const zone = useRef<HTMLFieldSetElement>(null);
  const leaving = useFocusAfter(zone, given, 'liked', 'control-leave');
  const [over, setOver] = useState(false);
  const [first] = given;
  const leave = (at: number): void => {
    leaving(at);
    leavePicture(unit, at);
  };
  return (
    <fieldset
      ref={zone}
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
        const files = [...(event.dataTransfer?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
        if (!holdsPicture(event) || files.length === 0) return;
        event.preventDefault();
        event.stopPropagation();
        void takeAll(id, likes ? files : files.slice(0, 1));
      }}
    >
      <legend class="unseen">{late.controlPicture(place)}</legend>
      {first && (likes ? <Liked unit={unit} onLeave={leave} /> : <Shown unit={unit} given={first} />)}
      {(wanted.length > 0 || !first) && (
        <p class="hint">
          {wanted.length > 0 ? late.controlWanted(wanted) : likes ? late.controlDropLike : late.controlDrop}
        </p>
      )}
      {given.length < MOST_IMAGES && <Giving {...{ unit, likes }} onLeave={() => leave(0)} />}
    </fieldset>
  );
}

async function takeAll(id: number, files: readonly File[]): Promise<void> {
  for (const file of files) await takeControlPicture(id, file);
}

interface GivingProps extends Pick<Props, 'unit' | 'likes'> {
  readonly onLeave: () => void;
}

function Giving({ unit: { id, given }, likes, onLeave }: GivingProps) {
  const late = lateWords();
  const [empty, setEmpty] = useState(false);
  const shown = pictureOnShow();
  const paste = async (): Promise<void> => {
    const file = await pasted().catch(() => undefined);
    setEmpty(!file);
    if (file) await takeControlPicture(id, file);
  };
  return (
    <>
      <div class="buttons">
        <FileButton testid="control-file" onPick={([first]) => void takeControlPicture(id, first!.file as File)}>
          {given.length === 0 ? late.choosePicture : likes ? late.onePictureMore : late.otherPicture}
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
        {given.length > 0 && !likes && (
          <button type="button" class="quiet" data-testid="control-leave" onClick={onLeave}>
            {late.leaveControlPicture}
          </button>
        )}
      </div>
      {empty && (
        <p class="hint" role="status">
          {late.nothingToPaste}
        </p>
      )}
    </>
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

function Shown({ unit, given: { name, picture } }: { readonly unit: ControlUnit; readonly given: GivenPicture }) {
  const late = lateWords();
  const { preprocess, low, high } = unit;
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

interface LikedProps {
  readonly unit: ControlUnit;
  /** By its place. */
  readonly onLeave: (at: number) => void;
}

/** What an IP-Adapter sees: of each the square in the middle, which is what is shown of it; and where it counts. */
function Liked({ unit, onLeave }: LikedProps) {
  const late = lateWords();
  const { given } = unit;
  const [painted, setPainted] = useState<number>();
  return (
    <>
      <div class="control-pictures liked">
        {given.map(({ name, picture, mask }, at) => (
          <div key={at} data-testid="liked">
            <Pixels picture={picture} label={name} testid="control-given" />
            <IconButton
              icon="close"
              testid="control-leave"
              label={late.remove(name)}
              onClick={() => {
                setPainted(undefined);
                onLeave(at);
              }}
            />
            <WhereButton
              {...{ name, mask, open: painted === at }}
              onClick={() => setPainted(painted === at ? undefined : at)}
            />
          </div>
        ))}
      </div>
      {painted !== undefined && given[painted] && <WherePainter key={painted} unit={unit} at={painted} />}
    </>
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
