"""Atomic checkpoints, and a clock of the seconds that a stage has trained over all its runs."""
import json
import os
import time

import torch


def save(value, path):
    torch.save(value, path + '.part')
    os.replace(path + '.part', path)                      # a killed run never leaves half a checkpoint


def load(path, device='cpu'):
    return torch.load(path, map_location=device, weights_only=False)


def pick_device():
    torch.set_float32_matmul_precision('high')
    torch.backends.cudnn.benchmark = True
    return torch.device('cuda' if torch.cuda.is_available() else 'cpu')


def mixed_precision(device):
    """autocast to bfloat16 where that is faster: CPUs that lack AVX-512 emulate it, two to three times slower than fp32."""
    fast = device.type == 'cuda' or torch.backends.cpu.get_cpu_capability().startswith('AVX512')
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


class Clock:
    """`fraction` runs from 0 to 1 over the stage's seconds; schedules follow it, so a stage always ends decayed and in time."""
    def __init__(self, seconds, used=0.):
        self.seconds, self._used, self._start, self._saved = seconds, used, time.time(), time.time()

    @property
    def used(self):
        return self._used + time.time() - self._start

    @property
    def fraction(self):
        return min(1., self.used / max(self.seconds, 1e-6))

    def due(self, every=60):
        """True once per `every` seconds: time for a checkpoint."""
        if time.time() - self._saved < every:
            return False
        self._saved = time.time()
        return True


def report(stage, **values):
    print(json.dumps(dict(stage=stage, **{k: float(f'{v:.4g}') if isinstance(v, float) else v for k, v in values.items()})), flush=True)
