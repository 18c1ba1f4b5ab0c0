/** The chips whose NPUs the graphs are compiled for, by the numbers that Qualcomm's compiler knows them by. */

export interface NpuChip {
  readonly name: string;
  /** QNN's `soc_model` and `htp_arch` (Qualcomm AI Engine Direct, "Supported Snapdragon devices"): without them an older chip is meant. */
  readonly socModel: number;
  readonly htpArch: number;
}

/** Snapdragon 8 Gen 2, 8 Gen 3 and 8 Elite. */
export const NPU_CHIPS = [
  { name: 'SM8550', socModel: 43, htpArch: 73 },
  { name: 'SM8650', socModel: 57, htpArch: 75 },
  { name: 'SM8750', socModel: 69, htpArch: 79 },
] as const satisfies readonly NpuChip[];
