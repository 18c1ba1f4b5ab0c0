/** What a host tells of itself and of its sessions: the JSON texts of `bridge-android/PROTOCOL.md`, section 3, checked. */
import { elementCount } from '../../../models/dtype';
import type { StageName } from '../../../models/stage';
import type { HostBackendName } from '../../api';
import type { Frame } from './frame';
import { badHost } from './message';

export interface HostBackend {
  readonly available: boolean;
  /** A word that the page knows; empty where it is available. */
  readonly why: string;
  readonly threads?: number;
}

/** A network in a size, pixels; the text encoder has none. */
export interface HostStageOffer {
  readonly stage: StageName;
  readonly batch: number;
  readonly width?: number;
  readonly height?: number;
  readonly backends: readonly HostBackendName[];
}

export interface HostModel {
  /** SHA-256 of its manifest, 64 digits. */
  readonly model: string;
  /** What the page's store calls the same weights. */
  readonly id?: string;
  readonly name: string;
  readonly form: 'onnx' | 'npu';
  readonly bytes: number;
  readonly stages: readonly HostStageOffer[];
}

export interface HostStatus {
  readonly host: string;
  readonly soc?: string;
  readonly backends: Readonly<Record<HostBackendName, HostBackend>>;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly thermal: string;
  /** Of the time that networks may compute, 1 to 100; absent: 100. */
  readonly dutyPercent?: number;
  readonly models: readonly HostModel[];
}

export interface HostPort {
  readonly name: string;
  readonly dtype: 'F32' | 'I32';
  readonly shape: readonly number[];
}

export interface HostPorts {
  readonly inputs: readonly HostPort[];
  readonly outputs: readonly HostPort[];
}

/** The text of the U8 tensor `name`. */
export function textOf({ tensors }: Frame, name: string): string {
  const tensor = tensors.get(name);
  if (tensor?.type !== 'uint8') throw badHost(name, 'a U8 tensor', tensor?.type ?? 'none');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(tensor.data);
  } catch {
    throw badHost(name, 'UTF-8', 'other bytes');
  }
}

export function statusOf(frame: Frame): HostStatus {
  const status = jsonOf(frame, 'status');
  const { backends, memory, models } = status;
  for (const name of ['npu', 'native-cpu']) {
    const backend = object(`status: backends.${name}`, object('status: backends', backends)[name]);
    need(
      `status: backends.${name}`,
      typeof backend.available === 'boolean' && typeof backend.why === 'string',
      backend,
    );
  }
  need('status: memory', isCount(object('status: memory', memory).availableBytes), memory);
  const { dutyPercent = 100 } = status;
  need(
    'status: dutyPercent',
    isCount(dutyPercent) && Number(dutyPercent) >= 1 && Number(dutyPercent) <= 100,
    dutyPercent,
  );
  need('status: host', typeof status.host === 'string' && typeof status.thermal === 'string', status.host);
  for (const model of list('status: models', models)) checkModel(model);
  return status as unknown as HostStatus;
}

export function portsOf(frame: Frame): HostPorts {
  const ports = jsonOf(frame, 'ports');
  for (const side of ['inputs', 'outputs']) {
    for (const port of list(`ports: ${side}`, ports[side])) {
      const { name, dtype, shape } = object(`ports: ${side}`, port);
      const sound = typeof name === 'string' && (dtype === 'F32' || dtype === 'I32');
      need(`ports: ${side}`, sound && Array.isArray(shape) && elementCount(shape) !== undefined, port);
    }
  }
  return ports as unknown as HostPorts;
}

function checkModel(json: unknown): void {
  const { model, id = '', name, form, bytes, stages } = object('status: models', json);
  need('status: id', typeof id === 'string', id);
  need('status: model', /^[0-9a-f]{64}$/.test(String(model)) && typeof name === 'string' && isCount(bytes), json);
  need('status: form', form === 'onnx' || form === 'npu', form);
  for (const offer of list('status: stages', stages)) {
    const { stage, batch, width, height, backends } = object('status: stages', offer);
    const sized = (width === undefined || isCount(width)) && (height === undefined || isCount(height));
    need('status: stages', typeof stage === 'string' && isCount(batch) && sized && Array.isArray(backends), offer);
  }
}

const isCount = (value: unknown): boolean => elementCount([value]) !== undefined;

function jsonOf(frame: Frame, name: string): Record<string, unknown> {
  const text = textOf(frame, name);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badHost(name, 'JSON', text.slice(0, 40));
  }
  return object(name, json);
}

function object(argument: string, value: unknown): Record<string, unknown> {
  need(argument, typeof value === 'object' && value !== null && !Array.isArray(value), value, 'an object');
  return value as Record<string, unknown>;
}

function list(argument: string, value: unknown): readonly unknown[] {
  need(argument, Array.isArray(value), value, 'a list');
  return value as readonly unknown[];
}

function need(argument: string, holds: boolean, got: unknown, expected = 'as the protocol says'): void {
  if (!holds) throw badHost(argument, expected, (JSON.stringify(got) ?? 'nothing').slice(0, 80));
}
