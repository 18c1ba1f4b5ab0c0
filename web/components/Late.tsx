/** Parts of the page out of `late.ts`, in their places: nothing until they are here, and a way to try again where they do not come. */
import type { ComponentType } from 'preact';
import { bringLateParts, lateParts } from '../lateParts';
import { words } from '../words';

type Parts = Awaited<ReturnType<typeof bringLateParts>>;

const bring = (): void => void bringLateParts().catch(() => undefined);

/** `asked`: by a person, who is told where it does not come. */
function late<Props extends object>(pick: (parts: Parts) => ComponentType<Props>, asked = true): ComponentType<Props> {
  return (props) => {
    const parts = lateParts.value;
    if (parts === 'missing') return asked ? <Missing /> : null;
    if (!parts) {
      bring();
      return null;
    }
    const Part = pick(parts);
    return <Part {...props} />;
  };
}

export const BackendReasons = late((parts) => parts.BackendReasons, false);
export const ControlPanel = late((parts) => parts.ControlPanel);
export const DiedNotice = late((parts) => parts.DiedNotice, false);
export const FewSteps = late((parts) => parts.FewSteps, false);
export const Gallery = late((parts) => parts.Gallery, false);
export const Ignored = late((parts) => parts.Ignored);
export const InitPicture = late((parts) => parts.InitPicture);
export const InterruptedCard = late((parts) => parts.InterruptedCard);
export const LoraShelf = late((parts) => parts.LoraShelf);
export const ModelDetails = late((parts) => parts.ModelDetails);
export const MoreOptions = late((parts) => parts.MoreOptions);
export const NoiseOptions = late((parts) => parts.NoiseOptions);
export const OpenOptions = late((parts) => parts.OpenOptions);
export const PromptOptions = late((parts) => parts.PromptOptions);
export const StyledNote = late((parts) => parts.StyledNote, false);
export const StorageMeter = late((parts) => parts.StorageMeter, false);
export const TinyVaeOptions = late((parts) => parts.TinyVaeOptions);
export const ToastBody = late((parts) => parts.ToastBody);
export const UnusualRows = late((parts) => parts.UnusualRows);
export const WebModels = late((parts) => parts.WebModels);

function Missing() {
  const said = words();
  return (
    <div class="notice" role="alert" data-testid="part-missing">
      <div class="notice-body">
        <p>{said.partMissing}</p>
        <button type="button" data-testid="bring-part" onClick={bring}>
          {said.tryAgain}
        </button>
      </div>
    </div>
  );
}
