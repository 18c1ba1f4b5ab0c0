/** Adam (Kingma & Ba 2015, algorithm 1) with its published constants. */

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface Adam {
  /** Moves the parameters once, against `gradient`. */
  step(gradient: Float32Array): void;
}

/** Moves `parameters` in place, by about `rate` a step. */
export function adam(parameters: Float32Array, rate: number): Adam {
  const mean = new Float32Array(parameters.length);
  const square = new Float32Array(parameters.length);
  let steps = 0;
  return {
    step(gradient) {
      steps++;
      const byMean = 1 / (1 - BETA1 ** steps);
      const bySquare = 1 / (1 - BETA2 ** steps);
      for (let i = 0; i < parameters.length; i++) {
        const g = gradient[i]!;
        mean[i] = BETA1 * mean[i]! + (1 - BETA1) * g;
        square[i] = BETA2 * square[i]! + (1 - BETA2) * g * g;
        parameters[i]! -= (rate * mean[i]! * byMean) / (Math.sqrt(square[i]! * bySquare) + EPSILON);
      }
    },
  };
}
