import type { ResultBody } from '../../src/contract/result.ts';
import type { OutputFile } from '../../src/contract/smoke.ts';
import { words } from '../words.ts';

/** The image that was saved as a file for another computer; null where none was. */
export function savedImage(result: Pick<ResultBody, 'outputs'> | null): OutputFile | null {
  return result?.outputs.find(isImage) ?? null;
}

const isImage = ({ mime }: Pick<OutputFile, 'mime'>) =>
  mime === 'application/zstd' || mime === 'application/gzip';

/** What a produced file is, in a word. */
export function outputWord(output: Pick<OutputFile, 'mime'>): string {
  return isImage(output) ? words.report.imageFile : words.report.videos;
}
