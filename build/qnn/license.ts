/** Whose software `npm run test:qnn` uses and on what terms: the texts that lie in the installed package, shown before its first use. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { badModel } from '../../models/refuse';

const PACKAGE = 'onnxruntime_qnn';

/** Files of terms, wherever they lie; notices of third parties are others' and long. */
const TERMS = /licen[sc]e[^/]*$/i;

/**
 * What the package in `sitePackages` says of its licence in its metadata, and every file of terms in it, once each, PDFs as
 * `pdfText` reads them. `bad-model` where there is none: it is not to be used then.
 */
export function licenseText(sitePackages: string, pdfText: (path: string) => string): string {
  const info = readdirSync(sitePackages).find((name) => name.startsWith(`${PACKAGE}-`) && name.endsWith('.dist-info'));
  if (!info) throw badModel(join(sitePackages, PACKAGE), 'the metadata of a package', 'none');
  const metadata = readFileSync(join(sitePackages, info, 'METADATA'), 'utf8').split('\n\n')[0]!;
  const said = metadata.split('\n').filter((line) => /^(Name|Version|Author|License)/.test(line));
  const files = [info, PACKAGE].flatMap((folder) =>
    readdirSync(join(sitePackages, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && TERMS.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const texts = new Map<string, string>();
  for (const path of files.sort()) {
    const text = (path.endsWith('.pdf') ? pdfText(path) : readFileSync(path, 'utf8')).trim();
    if (text === '') throw badModel(path, 'the text of a licence', 'nothing that could be read');
    if (!texts.has(text)) texts.set(text, path);
  }
  if (texts.size === 0) throw badModel(join(sitePackages, PACKAGE), 'a file of its terms', 'none');
  return [said.join('\n'), ...[...texts].map(([text, path]) => `==== ${path}\n\n${text}`)].join('\n\n');
}

/** Shows `text` unless it is what was shown before, which the file at `noted` remembers; whether it did. */
export function showOnce(text: string, noted: string, show: (text: string) => void): boolean {
  const digest = createHash('sha256').update(text).digest('hex');
  if (existsSync(noted) && readFileSync(noted, 'utf8') === digest) return false;
  show(text);
  writeFileSync(noted, digest);
  return true;
}
