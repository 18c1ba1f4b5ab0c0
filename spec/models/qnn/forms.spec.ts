/** The graphs for QNN, of every network: in every form, and where it comes at two sizes in the usual one at both. */
import { formStories, inShort } from './formStories';

await formStories(inShort);
