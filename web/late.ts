/** What a first look at the page does not need: one file, fetched when any of it is wanted or the page has nothing better to do. */
export { followApp } from './app';
export { FewSteps } from './components/FewSteps';
export { Gallery } from './components/Gallery';
export { Ignored } from './components/Ignored';
export { InitPicture } from './components/InitPicture';
export { InterruptedCard } from './components/InterruptedCard';
export { LoraShelf } from './components/LoraShelf';
export { ModelDetails } from './components/ModelDetails';
export { MoreOptions } from './components/MoreOptions';
export { OpenOptions } from './components/OpenOptions';
export { PromptOptions, StyledNote } from './components/PromptOptions';
export { StorageMeter } from './components/StorageMeter';
export { TinyVaeOptions } from './components/TinyVaeOptions';
export { ToastBody } from './components/ToastBody';
export { WebModels } from './components/WebModels';
export { takeSettings } from './fromPicture';
export { takeLoras } from './loras';
export { fileName, toPng } from './png';
