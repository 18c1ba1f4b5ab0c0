/** What went wrong, in words, with what can be done about it. */
import { draw } from '../actions';
import { diedDrawing } from '../crash';
import { bringDemo, deleteModel, renewDemo, tryAgain } from '../modelActions';
import type { Problem } from '../reducer';
import { isDemo, modelInUse, set, settings, state, tell } from '../state';
import { shelfOpen } from '../unfolded';
import { failureText, words } from '../words';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { DiedNotice, StyledNote } from './Late';

export function Notices() {
  const { problem } = state.value;
  const died = diedDrawing.value;
  return (
    <>
      <CutNotice />
      {problem && !isOfShelf(problem) && <ProblemNotice problem={problem} />}
      {died && !problem && <DiedNotice died={died} />}
    </>
  );
}

/** Below the picture: above the button it would move the button from under a thumb. */
function CutNotice() {
  const said = words();
  const { cut } = state.value;
  const styled = cut.styled && settings.value.promptStyle === 'plain';
  if (!cut.prompt && !cut.negativePrompt && !styled) return null;
  return (
    <div class="note" role="status" data-testid="cut">
      {cut.prompt && <p>{said.promptCut(cut.prompt)}</p>}
      {cut.negativePrompt && <p>{said.negativeCut(cut.negativePrompt)}</p>}
      {styled && <StyledNote />}
    </div>
  );
}

/** Whether it is said on the shelf, where it was met: unless that is folded away. */
export const isOfShelf = ({ during }: Problem): boolean => shelfOpen.value && during !== 'draw' && during !== 'demo';

export function ProblemNotice({ problem }: { readonly problem: Problem }) {
  const said = words();
  const { failure, job } = problem;
  const text = failureText(failure, said);
  return (
    <div class="notice" role="alert" data-testid="problem" data-code={failure.code}>
      <Icon name="warn" />
      <div class="notice-body">
        <p>{job?.name ? said.jobOf(job.name, text) : text}</p>
        <Remedy problem={problem} />
        <details class="fold">
          <summary>{said.details}</summary>
          <code>{failure.message}</code>
        </details>
      </div>
      <Dismiss onClick={() => tell({ type: 'problem', problem: undefined })} />
    </div>
  );
}

const GPU_TROUBLE: readonly string[] = ['backend-unavailable', 'bad-picture', 'out-of-memory', 'internal'];

/** The one tap that may help. */
function Remedy({ problem: { during, backend, failure, job } }: { readonly problem: Problem }) {
  const said = words();
  if (during === 'draw' && backend === 'webgpu' && GPU_TROUBLE.includes(failure.code)) {
    const drawOnCpu = (): void => {
      set({ backend: 'wasm' });
      void draw();
    };
    return (
      <button type="button" data-testid="draw-on-cpu" onClick={drawOnCpu}>
        {said.drawOnCpu}
      </button>
    );
  }
  const model = modelInUse();
  // Of what is kept beside models the model would not be better for being renewed.
  const beside = /^(LoRA|control model) /.test(failure.details?.argument ?? '');
  if (failure.code === 'corrupt-store' && model && !beside) {
    const demo = isDemo(model);
    const renew = (): void => {
      tell({ type: 'problem', problem: undefined });
      void (demo ? renewDemo(model.id) : deleteModel(model, model.name));
    };
    return (
      <button type="button" data-testid="renew" onClick={renew}>
        {demo ? said.renewDemo : said.deleteModel(model.name)}
      </button>
    );
  }
  const again = during === 'draw' ? draw : during === 'demo' ? bringDemo : undefined;
  const repeat =
    again ??
    (job && (during === 'download' || failure.code === 'download-failed') ? () => tryAgain(job.id) : undefined);
  if (repeat) {
    return (
      <button type="button" data-testid="try-again" onClick={() => void repeat()}>
        {said.tryAgain}
      </button>
    );
  }
  return null;
}

const Dismiss = ({ onClick }: { readonly onClick: () => void }) => (
  <IconButton icon="close" testid="dismiss" label={words().dismiss} onClick={onClick} />
);
