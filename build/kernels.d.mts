import type { Plugin } from 'esbuild';

export declare const kernels: Plugin;
