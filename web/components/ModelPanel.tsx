/** The shelf: the models on this device, those on their way, and the ways in. */
import { inApp, sayToApp } from '../bridge';
import { now } from '../clock';
import type { Job } from '../jobs';
import { interrupted } from '../leftOver';
import { bringDemo, useModel } from '../modelActions';
import { isDemo, modelInUse, modelsAtHand, state } from '../state';
import { jobProgress } from '../timeLeft';
import { shelfOpen } from '../unfolded';
import { words } from '../words';
import type { Words } from '../words/en';
import { Icon } from './Icon';
import { JobCard } from './JobCard';
import { Ignored, InterruptedCard, StorageMeter } from './Late';
import { ModelCard } from './ModelCard';
import { isOfShelf, ProblemNotice } from './Notices';
import { OpenModel } from './OpenModel';

export function ModelPanel() {
  const said = words();
  const { models, modelId, jobs, drawing, problem, ignored, storage } = state.value;
  return (
    <details
      class="panel"
      open={shelfOpen.value}
      data-testid="models"
      onToggle={(event) => {
        shelfOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        <h2>{said.models}</h2>
        <Summary />
      </summary>
      <div class="fields">
        <ul class="cards" id="shelf" tabIndex={-1} aria-label={said.models} data-testid="shelf">
          {modelsAtHand().map((model) => (
            <ModelCard
              key={model.id}
              model={model}
              name={isDemo(model) ? said.demoModel : model.name}
              chosen={model.id === modelId}
              locked={drawing !== undefined}
              onChoose={() => useModel(model.id)}
            />
          ))}
          {jobs
            .filter(({ kind }) => kind === 'picked' || kind === 'download')
            .map((job) => (
              <JobCard key={job.id} job={job} />
            ))}
          {interrupted(state.value).map((left) => (
            <li key={left.key} class="card" data-testid="interrupted" data-kind={left.kind}>
              <InterruptedCard left={left} />
            </li>
          ))}
        </ul>
        {problem && isOfShelf(problem) && <ProblemNotice problem={problem} />}
        {ignored && <Ignored ignored={ignored} />}
        {!models.some(isDemo) && !jobs.some(({ kind }) => kind === 'demo') && (
          <button type="button" class="quiet outdent" data-testid="prepare-demo" onClick={() => void bringDemo()}>
            <Icon name="add" />
            {said.demoModel}
          </button>
        )}
        {inApp.value && (
          <button type="button" class="quiet outdent" data-testid="app-models" onClick={() => sayToApp('models')}>
            <Icon name="folder" />
            {said.appModels}
          </button>
        )}
        <OpenModel />
        {storage && <StorageMeter storage={storage} />}
      </div>
    </details>
  );
}

/** What a folded panel says: the model in use, or the one on its way. */
function Summary() {
  const said = words();
  const used = modelInUse();
  const job = state.value.jobs.find(({ kind }) => kind === 'picked' || kind === 'download');
  const text = job ? jobText(job, said) : used ? (isDemo(used) ? said.demoModel : used.name) : '';
  return <span class="summary">{text}</span>;
}

/** In a word or two, for where there is one line. */
function jobText(job: Job, said: Words): string {
  const { done } = jobProgress(job, now.value);
  return `${said.jobOf(job.name, said.jobPhases[job.phase])} ${Math.round(100 * done)} %`;
}
