import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file));
}

/** Static and dynamic imports, and re-exports. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/(?:from\s*|import\s*\(\s*|import\s+)['"]([^'"]+)['"]/g);
  return [...found].map((match) => match[1] ?? '');
}

describe('the engine knows nothing of the screens', () => {
  const engine = sources('src').filter((file) => !file.startsWith('src/commands'));

  it('has sources to look at', () => {
    expect(engine.length).toBeGreaterThan(30);
  });

  it.each(['ink', 'react', 'ink-select-input', 'commander'])('imports no %s', (name) => {
    const guilty = sources('src')
      .filter((file) => name !== 'commander' || !file.startsWith('src/commands'))
      .filter((file) => imports(file).some((from) => from === name || from.startsWith(`${name}/`)));
    expect(guilty).toEqual([]);
  });

  it('imports no screen; only a command may, lazily', () => {
    const guilty = engine.filter((file) => imports(file).some((from) => from.includes('screens/')));
    expect(guilty).toEqual([]);
  });

  it('does not end the process', () => {
    const guilty = engine.filter(
      (file) =>
        file !== 'src/main.ts' &&
        // The rehearsal's server is a program of its own, inside an image.
        !file.startsWith('src/rehearsal/') &&
        /process\.exit(Code)?\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(guilty).toEqual([]);
  });
});
