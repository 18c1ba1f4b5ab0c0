/** What is known about a stored model, and what can be done with all of its bytes. */
import { useState } from 'preact/hooks';
import type { ModelSummary } from '../../workers/api';
import { abortJob } from '../jobRunner';
import type { Job } from '../jobs';
import { exportModel, renameModel, verifyModel } from '../modelActions';
import { isDemo, state } from '../state';
import { failureText, lateWords, words } from '../words';
import { EditableName } from './EditableName';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { JobBar } from './JobCard';
import { LicenseLink } from './LicenseLink';

interface Props {
  readonly model: ModelSummary;
  readonly name: string;
}

export function ModelDetails({ model, name }: Props) {
  const said = words();
  const late = lateWords();
  const { jobs, verdicts } = state.value;
  const job = jobs.find(({ modelId }) => modelId === model.id);
  const verdict = verdicts[model.id];
  const license = model.license ?? (isDemo(model) ? DEMO_LICENSE : undefined);
  return (
    <>
      <dl class="about-facts">
        {!isDemo(model) && (
          <>
            <dt>{late.name}</dt>
            <dd>
              <EditableName name={model.name} onRename={(name) => void renameModel(model.id, name)} />
            </dd>
          </>
        )}
        <dt>{late.license}</dt>
        <dd>{license ? <LicenseLink license={license} /> : late.licenseUnknown}</dd>
        {model.weights && (
          <>
            <dt>{late.weights}</dt>
            <dd>{late.weightForms[model.weights]}</dd>
          </>
        )}
        {model.source && (
          <>
            <dt>{late.source}</dt>
            <dd>{model.source}</dd>
          </>
        )}
        <dt>{late.hash}</dt>
        <dd>
          <Hash id={model.id} />
        </dd>
      </dl>
      {job ? (
        <Reading job={job} />
      ) : (
        <div class="buttons">
          <button type="button" data-testid="verify" onClick={() => void verifyModel(model, name)}>
            {late.verify}
          </button>
          <button type="button" data-testid="export" onClick={() => void exportModel(model, name)}>
            {late.export}
          </button>
        </div>
      )}
      {verdict && !job && (
        <p class="hint verdict" data-testid="verdict" data-sound={verdict === 'sound'}>
          <Icon name={verdict === 'sound' ? 'check' : 'warn'} />
          {verdict === 'sound' ? late.verified : failureText(verdict, said)}
        </p>
      )}
    </>
  );
}

/** What it was drawn from is MIT as well: models/demo/NOTICE.md. */
const DEMO_LICENSE = { name: 'MIT', url: 'https://opensource.org/license/mit', mustAccept: false };

/** Being verified or exported. */
function Reading({ job }: { readonly job: Job }) {
  const said = words();
  return (
    <div class="job" data-testid="reading">
      <JobBar job={job} />
      <button
        type="button"
        class="quiet outdent"
        data-testid="cancel-reading"
        disabled={job.stopping !== undefined}
        onClick={() => abortJob(job.id)}
      >
        {said.cancel}
      </button>
    </div>
  );
}

const SHORT = 12;

/** Enough of it to compare by eye; all of it on the clipboard, or on show where there is none. */
function Hash({ id }: { readonly id: string }) {
  const late = lateWords();
  const [state, setState] = useState<'short' | 'copied' | 'whole'>('short');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(id);
      setState('copied');
    } catch {
      setState('whole');
    }
  };
  return (
    <>
      <code>{state === 'whole' ? id : id.slice(0, SHORT)}</code>
      <IconButton
        icon={state === 'copied' ? 'check' : 'copy'}
        testid="copy-hash"
        label={late.copyHash}
        onClick={() => void copy()}
      />
      <span role="status">{state === 'copied' ? late.copied : ''}</span>
    </>
  );
}
