/**
 * `scheduler/scheduler_config.json`, as far as the schedule of noise goes. Which sampler the model names does not
 * matter: the user picks one, and like diffusers' `from_config` it takes these values over. The defaults are those that
 * diffusers' schedulers share (0.42.1).
 */
import type { SchedulerConfig } from '../sd15';
import type { ConfigFile } from './configFile';

export function parseScheduler(config: ConfigFile): SchedulerConfig {
  config.demand('trained_betas', null, 'absent');
  for (const key of ['thresholding', 'use_flow_sigmas', 'use_beta_sigmas']) config.demand(key, false);
  return {
    numTrainTimesteps: config.count('num_train_timesteps', 1000),
    betaStart: config.number('beta_start', 0.0001),
    betaEnd: config.number('beta_end', 0.02),
    betaSchedule: config.choice('beta_schedule', 'linear', ['linear', 'scaled_linear']),
    predictionType: config.choice('prediction_type', 'epsilon', ['epsilon', 'v_prediction']),
    ...optional(
      'stepsOffset',
      config.value('steps_offset') === undefined ? undefined : config.number('steps_offset', 0),
    ),
    ...optional(
      'setAlphaToOne',
      config.value('set_alpha_to_one') === undefined ? undefined : config.boolean('set_alpha_to_one', true),
    ),
    ...optional(
      'skipPrkSteps',
      config.value('skip_prk_steps') === undefined ? undefined : config.boolean('skip_prk_steps', false),
    ),
    ...optional('rescaleBetasZeroSnr', config.boolean('rescale_betas_zero_snr', false) || undefined),
    ...optional('sigmaSpacing', sigmaSpacing(config)),
    ...optional(
      'timestepSpacing',
      config.value('timestep_spacing') === undefined
        ? undefined
        : config.choice('timestep_spacing', 'leading', ['leading', 'linspace', 'trailing']),
    ),
  };
}

function sigmaSpacing(config: ConfigFile): SchedulerConfig['sigmaSpacing'] {
  const karras = config.boolean('use_karras_sigmas', false);
  // diffusers knows no class that would take both.
  if (karras) config.demand('use_exponential_sigmas', false, 'false or absent beside use_karras_sigmas');
  return karras ? 'karras' : config.boolean('use_exponential_sigmas', false) ? 'exponential' : undefined;
}

/** `{key: value}`, or nothing: an absent key stays absent, since each scheduler has its own default for it. */
const optional = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
