/**
 * The Android app: the page in a WebView, and the bridge's host beside it. Classes that name nothing of Android ({@code
 * PageServer}, {@code ControlPort}, {@code ModelStore} …) hold what can be wrong; the others hand over to the system.
 */
package pocketdiffusion.app;
