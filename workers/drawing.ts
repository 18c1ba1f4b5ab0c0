/** What a page fetches when it first draws. */
export { textToImage } from './pipeline';
export { plannedTokens } from './prompts';
