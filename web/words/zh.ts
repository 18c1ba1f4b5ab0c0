/** Everything the page says, in Chinese (simplified). */
import type { Failure } from '../../workers/api';
import type { Words } from './en';

type ErrorDetails = NonNullable<Failure['details']>;

const fields: Record<string, string> = {
  width: '宽度',
  height: '高度',
  steps: '步数',
  seed: '种子',
  guidanceScale: '引导强度',
  numImages: '张数',
  clipSkip: '跳过的层数',
  model: '模型',
};

const OPTIONS = '打开选项';

export const zh: Words = {
  title: 'Pocket Diffusion',
  tagline: '用文字画图，就在这台设备上',

  prompt: '描述一幅画',
  promptPlaceholder: 'a red apple on a blue background',
  negativePrompt: '不想要的内容',
  negativePlaceholder: 'blurry, text',
  draw: '开始绘制',
  cancel: '取消',
  canceling: '正在停止…',
  drawShortcut: (modifier) => `${modifier} + Enter 绘制，Esc 取消`,
  promptCut: (tail) => `最多 77 个词元，末尾未被采用：“${tail}”`,
  negativeCut: (tail) => `“不想要的内容”过长，末尾未被采用：“${tail}”`,

  settings: '设置',
  steps: '步数',
  stepsHint: '步数越多越慢，细节也越多，但有上限。',
  guidance: '引导强度',
  guidanceHint: '画面贴合文字的程度。',
  seed: '种子',
  seedHint: '种子和设置相同，画面就相同。',
  keepSeed: '固定',
  keepSeedHint: '固定此种子，不再每次更换',
  newSeed: '换一个种子',
  newSeedEachTime: '每次新种子',
  broughtTo: (typed, taken, { least, most, step }) =>
    `${least} 到 ${most}，${step === 1 ? '整数' : `步长 ${step}`}：${typed} 已改为 ${taken}。`,
  size: '尺寸',
  shapes: { square: '方形', portrait: '竖幅', landscape: '横幅' },
  otherSize: '其他',
  width: '宽度',
  height: '高度',
  scheduler: '采样器',
  schedulerKinds: { steady: '不加新噪声', fresh: '加新噪声', few: '用于少步模型' },
  sigmas: '噪声级',
  modelsOwn: '模型自带',
  numImages: '张数',
  backend: '计算方式',
  backends: {
    auto: '自动',
    npu: 'NPU',
    webgpu: 'GPU',
    'wasm-int8': 'CPU，8 位',
    wasm: 'CPU',
    'native-cpu': '原生 CPU',
  },
  memory: '内存',
  memoryModes: { auto: '自动', low: '节省' },
  memoryHint: '在 CPU 上，节省模式每一步都分段重新读取模型，并分块解码：更慢，画面几乎相同。8 位时模型保持完整。',
  stepsShort: (count) => `${count} 步`,
  decoder: '解码',
  noise: '变异、噪声、时间步',
  promptOptions: '提示词的解读',
  moreOptions: '放大、细节与加速',
  reset: '恢复默认设置',
  initPicture: '以图片为起点',
  control: (steering) => (steering > 0 ? `控制 · ${steering}` : '控制'),
  fromPicture: '采用图片的设置…',

  empty: '画面会出现在这里。',
  try: '试试',
  // In English: the models read nothing else.
  examples: ['a red apple on a blue background', 'a penguin in the snow', 'a castle in the mountains at night'],
  phases: {
    preparing: '正在准备模型',
    waiting: '正在开始',
    loading: '正在加载模型',
    decoding: '正在生成画面',
    step: (step, of) => `第 ${step} 步，共 ${of} 步`,
    picture: (index, of) => `第 ${index} 张，共 ${of} 张`,
  },
  left: (text) => `约剩 ${text}`,
  duration: (milliseconds) => {
    const whole = Math.max(1, Math.round(milliseconds / 1000));
    return whole < 90 ? `${whole} 秒` : `${Math.round(whole / 60)} 分钟`;
  },
  drawnIn: (duration, backend) => `用 ${backend} 绘制，耗时 ${duration}`,
  seedOf: (seed, subseed) => `种子 ${seed}${subseed === undefined ? '' : `，变异种子 ${subseed}`}`,
  announceDone: '画面已完成。',
  announceStarted: '开始绘制。',
  announceStopped: '已停止绘制。',
  announceDoneShare: (percent) => `已完成百分之 ${percent}。`,

  save: '保存',
  share: '分享',
  reuse: '复用',
  reuseWhat: '设置',
  saveFailed: '图片无法保存。',
  gallery: '本次画作',
  showPicture: (index, prompt) => `显示第 ${index} 张：${prompt}`,

  models: '模型',
  demoModel: '内置演示模型',
  modelFacts: (size, width, height) => `${size} · ${width} × ${height}`,
  inApp: '在应用中',
  appModels: '应用中的模型',
  modelInfo: (name) => `${name} 的详情`,
  deleteModel: (name) => `删除 ${name}`,
  downloadingDemo: (size) => `正在下载演示模型（${size}）`,
  preparingDemo: '正在准备演示模型',
  preparingHint: '只需这一次，现在就可以输入文字。',

  open: '打开模型',
  openFile: '文件',
  openFolder: '文件夹',
  openHint:
    'Stable Diffusion 1.x 的单个文件（.safetensors）或 diffusers 文件夹，也可拖放到页面任意位置。只保存在本设备上。',
  dropHere: '松手即可打开',
  dropHint: '.safetensors 文件或 diffusers 文件夹；或一张图片，以采用其设置',
  openOptions: OPTIONS,

  web: '从网上添加',

  jobPhases: {
    waiting: '排队中',
    downloading: '正在下载',
    retrying: '正在重试',
    verifying: '正在校验下载',
    converting: '正在转换',
    reading: '正在校验',
    paused: '已暂停',
  },
  jobOf: (name, what) => `${name}：${what}`,
  bytesOf: (bytes, of) => `${bytes}，共 ${of}`,
  rate: (size) => `${size}/s`,
  pauseJob: (name) => `暂停 ${name}`,
  resumeJob: (name) => `继续 ${name}`,
  cancelJob: (name) => `取消 ${name}`,

  exporting: '正在导出',

  forecast: (needed, available) => `约需 ${needed} 内存，本设备可提供 ${available}。`,
  forecastSize: (width, height) => `改用 ${width} × ${height}`,
  forecastStreamed: '为了放得下，权重将分段读取，每一步都重读一遍：会慢一些。',
  forecastTiled: '为了放得下，图像将分块解码，会略有痕迹。',
  forecastNone: '此形状的任何尺寸都放不下。',

  tryAgain: '重试',
  partMissing: '页面的这一部分没有加载成功，请检查网络。',
  renewDemo: '重新准备演示模型',
  drawOnCpu: '改用 CPU 绘制',
  dismiss: '关闭',
  details: '详情',

  theme: '外观',
  themes: { auto: '跟随设备', light: '浅色', dark: '深色' },
  languageSwitch: '语言',

  errors: {
    'bad-argument': ({ argument, expected, got }: ErrorDetails) =>
      `${fields[argument] ?? argument}的值不可用：${got}（要求：${expected}）。`,
    'bad-model': ({ argument, expected, got }) =>
      got.startsWith('a pickle')
        ? `${argument} 是 pickle 文件：读取它会运行其中的代码，因此不予打开。请寻找同一模型的 .safetensors 版本。`
        : expected === 'a safetensors file'
          ? `${argument} 不是 safetensors 文件，看起来是：${got}。请找到 .safetensors 文件本身。`
          : `模型文件已损坏或不完整（${argument}），请重新下载或复制。`,
    'unsupported-model': ({ argument, expected, got }) =>
      got === 'a LoRA'
        ? `这是 LoRA（${argument}）。请在“${OPTIONS}”中添加它，再打开对应的模型。`
        : /^an? (ControlNet|T2I-adapter|IP-Adapter|image encoder.*)$/.test(got)
          ? `这是 ${got.replace(/^an? /, '')}（${argument}）。请在设置的“控制”中添加它。`
          : /of the (ControlNet|T2I-adapter|IP-Adapter)$/.test(argument)
            ? `此控制模型适用于另一种基础模型，与当前模型不符（${argument}：${expected}；检测到：${got}）。`
            : got.endsWith('channels')
              ? '此模型在图片上作画：请在“以图片为起点”中选择图片，并涂抹要重画的部分。'
              : `无法使用此模型：仅支持 Stable Diffusion 1.x。检测到：${got}（${argument}）。`,
    'download-failed': ({ argument, got }) =>
      `${argument === 'program' ? '页面的一部分' : argument.includes('://') ? '文件' : '演示模型'}下载失败（${argument}：${got}）。请检查网络后重试。`,
    'bad-catalog': ({ argument, expected, got }) =>
      `无法读取这个模型列表：${argument} 应为 ${expected}，实际为 ${got}。`,
    'bad-image': ({ argument, expected, got }) => `无法使用这张图片（${argument}）：应为 ${expected}，实际为 ${got}。`,
    'bad-picture': () => '计算出错，没有得到画面。请重试，或改用 CPU 计算。',
    'backend-unavailable': () => '此设备目前无法用这种方式计算，请在设置中更换计算方式。',
    'host-lost': () => host,
    'host-silent': () => host,
    'bad-host': () => host,
    'too-hot': () => '设备过热，无法继续。请等它冷却后再试。',
    'out-of-memory': () => '内存不足。请减小尺寸，并关闭其他标签页和应用。',
    'storage-full': ({ expected, got }) =>
      `存储空间不足，无法保存模型（需要：${expected}；现有：${got}）。请清理空间后重试。`,
    'corrupt-store': () => '这个模型的已存副本已损坏，需要删除后重新导入。',
    'worker-died': () => '引擎意外停止，很可能是内存不足。下次绘制时会重新启动。',
    aborted: () => '已停止。',
    internal: () => '发生了意料之外的错误。',
  },
};

const host = '应用停止了计算。请重试，或改用 CPU。';
