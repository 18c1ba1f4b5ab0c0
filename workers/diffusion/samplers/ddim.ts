/**
 * DDIM: Song et al. 2021 (arXiv 2010.02502), eq. 13: `x(t - Δt) / √α' = x(t) / √α + (σ' - σ) ε`, and `x(t) / √α` is our
 * variable, so with eta = 0 this *is* Euler's method; only its schedule is its own. Its eq. 16 is the ancestral step's.
 * `DDIMScheduler.step` in diffusers 0.42.1 with clip_sample = False.
 */
export { ancestral as ddim } from './ancestral';
