/** What the settings that few change are called, in Chinese (simplified); a part of `zh.late.ts`. */
import type { rare as Rare } from './en.rare';

export const rare: typeof Rare = {
  hires: '放大后再绘制一遍',
  hiresOff: '关闭',
  times: (scale) => `${scale} 倍`,
  hiresScale: '放大倍数',
  hiresTo: (width, height) => `成图尺寸为 ${width} × ${height}。`,
  hiresNot: '以图绘制时不可用。',
  hiresUpscaler: '放大方式',
  hiresSteps: '步数（0：相同）',
  hiresStrength: '改动程度',
  freeu: 'FreeU',
  freeuHint: '加强网络已看清的内容，减弱过于平滑的部分，几乎不增加时间。',

  faster: '加速',
  savings: { nothing: '关闭', some: '一些', much: '更多' },
  savingOwn: ({ cacheInterval = 1, cacheBranch, guidanceInterval: guided }) =>
    [
      ...(cacheInterval > 1 ? [`深层每 ${cacheInterval} 步计算一次`] : []),
      ...(cacheBranch === undefined ? [] : [`从第 ${cacheBranch} 个跳连起`]),
      ...(guided ? [`在步数的 ${guided[0]} 至 ${guided[1]} 之间引导`] : []),
    ].join('，'),
  fasterHint: '部分计算每两步或三步才做一次。画面大体相同，用时约三分之二或一半；“更多”宜用 20 步以上。',
  tokenMerging: '合并相似标记',
  tokenMergingHint: '几乎相同的标记合在一起计算。图越大越省时间，会损失一些细节；0.5 已相当多。',
  guiding: '引导方式',
  guidings: { plain: '普通', mimic: '限幅', perpendicular: '垂直' },
  guidingHints: {
    plain: '远离反向提示词，靠近提示词。',
    mimic: '按设定的强度引导，但幅度不超过这个较低的值：避免颜色烧焦。',
    perpendicular: '只在与提示词方向不同之处远离反向提示词。每步用时多一半。',
  },
  mimicScale: '幅度等同于',
  mimicPercentile: '截去超出部分（%）',
  perpendicularNegative: '反向提示词的权重',
  guidanceRescale: '抑制过曝',

  unusual: '与平常不同的设置',
  variation: '变异强度',
  variationHint: '0 为种子本身的画面，略高则与之相近，1 为变异种子的画面。一次多张时，各张依次使用后续的变异种子。',
  variationOf: (strength, subseed) =>
    `${strength}，${subseed === undefined ? '每次使用新的变异种子' : `变异种子 ${subseed}`}`,
  subseed: '变异种子',
  subseedHint: '画面向此种子的画面靠近。',
  newSubseed: '换一个变异种子',
  keepSubseedHint: '固定此变异种子，不再每次更换',
  rng: '随机数',
  rngs: { torch: 'diffusers', philox: 'A1111', comfy: 'ComfyUI' },
  rngHints: {
    torch: 'PyTorch 在 CPU 上的随机数：种子相同，噪声即与 diffusers 及设为 “CPU” 的 A1111 相同。',
    philox: 'NVIDIA GPU 的随机数：种子相同，噪声即与默认设置或设为 “NV” 的 A1111 相同。',
    comfy: 'PyTorch 在 CPU 上的随机数；同一批的各张共用一个种子，因位置而不同。',
  },
  eta: 'Eta',
  etaHint: (usual) => `每一步加入多少新噪声；此采样器平常为 ${usual}。`,
  timesteps: '时间步',
  spacings: { leading: 'Leading', linspace: 'Linspace', trailing: 'Trailing' },
  timestepsHint: '时间步的间隔方式。一至八步的模型宜用 “Trailing”。',
  batch: '批次中的位置',
  placeIn: (place, of) => `第 ${place} 张，共 ${of} 张`,
};
