/**
 * Stand-ins for the few classes of androidx.test that Robolectric starts with: androidx is not on Maven Central. They hold what
 * they are given and do no more; Robolectric's own classes do the work.
 */
package androidx.test;
