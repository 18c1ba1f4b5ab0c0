/** Lists of models that can be downloaded: the one that comes with the engine, and anybody's own by URL. */
import { parseJson } from '../../models/json';
import { shown } from '../../models/refuse';
import type { License, RemoteModel } from '../api';
import { CodedError } from '../errors';
import shipped from './catalog.json';
import { UNREACHABLE } from './failed';

export const CATALOG_FORMAT = 'pocket-diffusion-catalog';
export const CATALOG_VERSION = 1;

/** Only facts that were looked up: where a length or a hash is not known it is left out. */
export const shippedCatalog = (): readonly RemoteModel[] => checkCatalog(shipped, 'catalog', 'https://invalid/');

/** The catalog at `url`. Rejects with `bad-argument`, `download-failed`, or `bad-catalog`. */
export async function fetchCatalog(
  url: string,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): Promise<readonly RemoteModel[]> {
  if (!isWebAddress(url)) {
    throw new CodedError('bad-argument', { argument: 'url', expected: 'an http(s) address', got: url });
  }
  const failed = (got: string): never => {
    throw new CodedError('download-failed', { argument: url, expected: 'a catalog', got });
  };
  const response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(() =>
    failed(UNREACHABLE),
  );
  if (!response.ok) failed(`HTTP ${response.status}`);
  const text = await response.text().catch(() => failed(UNREACHABLE));
  return checkCatalog(parseJson(url, text, fault), url, url);
}

/** `json` as a catalog; addresses in it may be relative to `base`. Throws `bad-catalog`, naming the place in `name`. */
export function checkCatalog(json: unknown, name: string, base: string): readonly RemoteModel[] {
  const { format, version, models } = object(json, name);
  if (format !== CATALOG_FORMAT) throw fault(`${name}: format`, CATALOG_FORMAT, shown(format));
  if (version !== CATALOG_VERSION) throw fault(`${name}: version`, `${CATALOG_VERSION}`, shown(version));
  if (!Array.isArray(models)) throw fault(`${name}: models`, 'a list', shown(models));
  return models.map((model, index) => checkEntry(model, `${name}: models[${index}]`, base));
}

function checkEntry(json: unknown, place: string, base: string): RemoteModel {
  const { name, about, license, urls, bytes, sha256 } = object(json, place);
  if (!Array.isArray(urls) || urls.length === 0) throw fault(`${place}.urls`, 'a list of addresses', shown(urls));
  if (bytes !== undefined && !(Number.isSafeInteger(bytes) && (bytes as number) > 0)) {
    throw fault(`${place}.bytes`, 'a number of bytes, or nothing', shown(bytes));
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256 as string)) {
    throw fault(`${place}.sha256`, '64 hexadecimal digits, or nothing', shown(sha256));
  }
  return {
    name: text(name, `${place}.name`),
    license: checkLicense(license, `${place}.license`, base),
    urls: urls.map((each, index) => address(each, `${place}.urls[${index}]`, base)),
    ...(about !== undefined && { about: text(about, `${place}.about`) }),
    ...(bytes !== undefined && { bytes: bytes as number }),
    ...(sha256 !== undefined && { sha256: sha256 as string }),
  };
}

/** Nobody should have to guess under what terms a model may be used: an entry without a license is refused. */
function checkLicense(json: unknown, place: string, base: string): License {
  const { name, url, mustAccept } = object(json, place);
  if (typeof mustAccept !== 'boolean') throw fault(`${place}.mustAccept`, 'true or false', shown(mustAccept));
  return { name: text(name, `${place}.name`), url: address(url, `${place}.url`, base), mustAccept };
}

function object(json: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw fault(place, 'an object', shown(json));
}

function text(value: unknown, place: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw fault(place, 'a text', shown(value));
}

function address(value: unknown, place: string, base: string): string {
  const url = typeof value === 'string' && URL.canParse(value, base) ? new URL(value, base).href : '';
  if (isWebAddress(url)) return url;
  throw fault(place, 'an http(s) address', shown(value));
}

const isWebAddress = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const fault = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-catalog', { argument, expected, got });
