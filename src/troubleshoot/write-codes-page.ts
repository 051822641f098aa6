// Writes CODES.md anew: `node src/troubleshoot/write-codes-page.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesPage } from './codes-page.ts';

writeFileSync(join(import.meta.dirname, 'CODES.md'), codesPage());
