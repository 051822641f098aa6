import type { Fix } from '../../contract/diagnosis.ts';
import { Failure } from '../../contract/failure.ts';
import { type FullMemory, memoryFixes } from '../smoke/memory-ladder.ts';
import type { Dancer } from './dance.ts';
import type { Film } from './film.ts';

/**
 * An error of a dance with what helps where memory ran full: a shorter or smaller film first, then what
 * the container can be started with. Any other error stays as it is.
 * @param killed what the engine says of a container that memory ended
 */
export async function withWayOut(
  error: unknown,
  film: Film,
  dancer: Dancer,
  killed: () => Promise<string | null>,
): Promise<unknown> {
  if (!(error instanceof Failure)) return error;
  if (error.code === 'smoke-out-of-memory') {
    const fixes = [...smallerFilm(film, 'video'), ...ladder(dancer, 'video')];
    return new Failure({ ...error.details, fixes }, { cause: error });
  }
  const proof = error.code === 'comfyui-unreachable' ? await killed() : null;
  if (proof === null) return error;
  return new Failure(
    {
      code: 'container-oom-killed',
      sentence: 'The container was killed while it danced (exit code 137): memory ran full.',
      proof,
      phase: 'smoke',
      fixes: [...smallerFilm(film, 'machine'), ...ladder(dancer, 'machine')],
    },
    { cause: error },
  );
}

/** A long film is sampled in windows: its length fills the machine's memory, its size the card's. */
function smallerFilm({ width, height, seconds }: Film, full: FullMemory): Fix[] {
  if (full === 'machine') {
    const half = Math.max(1, Math.floor(seconds / 2));
    if (half >= seconds) return [];
    return [{ label: `Dance ${half} s of it`, command: `steadydancer dance … --seconds ${half}` }];
  }
  const smaller = (side: number) => Math.max(64, Math.floor((side * 0.7) / 16) * 16);
  const size = `${smaller(width)}x${smaller(height)}`;
  if (size === `${width}x${height}`) return [];
  return [{ label: 'Half the pixels', command: `steadydancer dance … --size ${size}` }];
}

function ladder(dancer: Dancer, full: FullMemory): Fix[] {
  if (dancer.kind === 'rehearsal') return [];
  const { settings, textEncoder } = dancer.models;
  const { variant, blockSwap } = settings;
  return memoryFixes(full, { variant, blockSwap, textEncoder });
}
