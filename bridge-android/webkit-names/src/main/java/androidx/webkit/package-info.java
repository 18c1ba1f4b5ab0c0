/** Names of the library's, without what is behind them: only to compile against. */
package androidx.webkit;
