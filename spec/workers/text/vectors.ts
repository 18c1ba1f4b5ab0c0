/** What stable-diffusion-webui makes of prompts (recipes/prompts.py). */
import { readFileSync } from 'node:fs';
import { fromRoot } from '../../root';

interface PromptVectors {
  /** Prompt, steps, and every text with the step up to which it holds. */
  readonly schedules: readonly [prompt: string, steps: number, texts: [until: number, text: string][]][];
  /** Prompt, and its texts with their weights; BREAK has weight -1. */
  readonly weights: readonly [prompt: string, parts: [text: string, weight: number][]][];
  /** Prompt, and its chunks without start, end and padding: ids and their weights. */
  readonly chunks: readonly [prompt: string, chunks: [ids: number[], weights: number[]][]][];
  /** Prompts whose hidden states are in prompt-states.safetensors. */
  readonly states: Readonly<Record<string, { readonly prompt: string; readonly clipSkip: number }>>;
}

export const promptVectors: PromptVectors = JSON.parse(readFileSync(fromRoot('spec/vectors/prompts.json'), 'utf8'));
