/** A model on its way: how far, how fast, how long still; pause and cancel. */
import { now } from '../clock';
import { pauseJob } from '../jobRunner';
import { isRunning, type Job } from '../jobs';
import { cancelJob, tryAgain } from '../modelActions';
import { jobProgress } from '../timeLeft';
import { sizeText, words } from '../words';
import type { Words } from '../words/en';
import { IconButton } from './IconButton';
import { ProgressBar } from './ProgressBar';

export function JobCard({ job }: { readonly job: Job }) {
  const said = words();
  const { id, name, kind, phase, stopping } = job;
  const running = isRunning(job);
  return (
    <li class="card job" data-testid="job" data-phase={phase}>
      <span class="card-name">{name}</span>
      {kind === 'download' && phase !== 'converting' && (
        <IconButton
          icon={running ? 'pause' : 'play'}
          testid={running ? 'pause-job' : 'resume-job'}
          label={running ? said.pauseJob(name) : said.resumeJob(name)}
          disabled={stopping !== undefined}
          onClick={() => (running ? pauseJob(id) : tryAgain(id))}
        />
      )}
      <IconButton
        icon="close"
        testid="cancel-import"
        label={said.cancelJob(name)}
        disabled={stopping !== undefined}
        onClick={() => void cancelJob(job)}
      />
      <JobBar job={job} />
    </li>
  );
}

/** The bar of any job, with its words. */
export function JobBar({ job }: { readonly job: Job }) {
  const said = words();
  const { done, left } = jobProgress(job, now.value);
  const note = left === undefined || !isRunning(job) ? '' : said.left(said.duration(left));
  return <ProgressBar label={phaseText(job, said)} done={done} note={note} />;
}

function phaseText(job: Job, said: Words): string {
  const { kind, phase, bytes, of, stopping } = job;
  if (stopping) return said.canceling;
  const { rate } = jobProgress(job, now.value);
  const counted = bytes > 0 && (phase === 'downloading' || phase === 'paused');
  const parts = [phase === 'reading' && kind === 'export' ? said.exporting : said.jobPhases[phase]];
  if (counted) parts.push(of > 0 ? said.bytesOf(sizeText(bytes), sizeText(of)) : sizeText(bytes));
  if (phase === 'downloading' && rate) parts.push(said.rate(sizeText(1000 * rate)));
  return parts.join(' · ');
}
