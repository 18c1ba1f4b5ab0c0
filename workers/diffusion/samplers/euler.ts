/**
 * Euler's method on the probability-flow ODE: Karras et al. 2022 (arXiv 2206.00364), algorithm 1 without its
 * correction; `EulerDiscreteScheduler.step` in diffusers 0.42.1 with s_churn = 0. Order 1. The ancestral one without fresh noise.
 */
export { ancestral as euler } from './ancestral';
