/** ControlNets, T2I-adapters, IP-Adapters and image encoders that are kept on the device: others taken in, renamed, deleted. */
import { useRef } from 'preact/hooks';
import type { Failure } from '../../workers/api';
import { comingIn, controlModels, controlProblems, deleteControl, keepControls, renameControl } from '../controlShelf';
import { failureText, lateWords, sizeText, words } from '../words';
import type { Words } from '../words/en';
import type { LateWords } from '../words/en.late';
import { DeleteForGood, useFocusAfter } from './DeleteForGood';
import { EditableName } from './EditableName';
import { FileButton } from './FileButton';
import { Icon } from './Icon';

export function ControlShelf() {
  const late = lateWords();
  const here = controlModels.value;
  const shelf = useRef<HTMLDivElement>(null);
  const deleting = useFocusAfter(shelf, here, 'kept-control', 'delete-control');
  return (
    <div ref={shelf} class="lora-shelf">
      {here && here.length > 0 && <p class="label">{late.controlShelf}</p>}
      {here?.map((one, i) => (
        <div key={one.id} class="option-row" data-testid="kept-control">
          <span class="option-name">
            <EditableName name={one.name} onRename={(wanted) => void renameControl(one, wanted)} />
            <small>{`${late.controlKinds[one.kind]} · ${sizeText(one.bytes)}`}</small>
          </span>
          <DeleteForGood
            testid="delete-control"
            label={late.deleteControl(one.name)}
            onSure={() => {
              deleting(i);
              void deleteControl(one);
            }}
          />
        </div>
      ))}
      {controlProblems.value.map((problem) => (
        <p key={problem.message} class="notice" role="alert" data-testid="control-problem">
          {controlFailureText(problem, words(), late)}
        </p>
      ))}
      {comingIn.value.length > 0 && (
        <p class="hint" role="status" data-testid="control-coming">
          {late.controlComing(comingIn.value)}
        </p>
      )}
      <div class="buttons">
        <AddControl testid="keep-control" />
        <AddControlFolder testid="keep-control-folder" />
      </div>
      <p class="hint">{late.controlShelfHint}</p>
    </div>
  );
}

export const AddControl = ({ testid }: { readonly testid: string }) => (
  <FileButton testid={testid} onPick={(files) => void keepControls(files.map((file) => [file]))}>
    <Icon name="add" />
    {lateWords().addControlFile}
  </FileButton>
);

export const AddControlFolder = ({ testid }: { readonly testid: string }) => (
  <FileButton testid={testid} folder class="quiet" onPick={(files) => void keepControls([files])}>
    {lateWords().addControlFolder}
  </FileButton>
);

/** Of one for another model, or of another kind, by its name; all else as elsewhere on the page. */
export function controlFailureText(failure: Failure, said: Words, late: LateWords): string {
  const { code, details } = failure;
  if (code === 'unsupported-model' && details) return late.controlUnsupported(details.argument, details.got);
  if (code === 'bad-model' && /: image encoder$/.test(details?.argument ?? '')) return late.encoderAlone(details!.got);
  return failureText(failure, said);
}

/** Of one that does not fit the model in use, or an image encoder that does not fit its adapter. */
export function misfitText(failure: Failure, said: Words, late: LateWords): string {
  const { argument = '', expected = '', got = '' } = failure.details ?? {};
  return / of the image encoder /.test(argument)
    ? late.encoderOther(argument, expected, got)
    : failureText(failure, said);
}
