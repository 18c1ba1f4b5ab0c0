/** The graphs for QNN, in unusual forms at the size that `npm test` leaves out. */
import { formStories, inShort } from './formStories';

await formStories((forms, again) => !inShort(forms, again));
