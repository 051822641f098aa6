const GB = 1e9;
const MB = 1e6;
const KB = 1e3;
const GIB = 2 ** 30;

/** `28.7 GB`, `1,204 GB`, `716 MB`, `35 kB`: disk, files, downloads, in units of 1000. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  const sign = bytes < 0 ? '-' : '';
  // The next unit begins where rounding would show 1000 of the one below.
  if (size >= 999.5 * MB) return `${sign}${gigabytes(size / GB)} GB`;
  if (size >= 999.5 * KB) return `${sign}${small(size / MB)} MB`;
  if (size >= KB) return `${sign}${Math.round(size / KB)} kB`;
  return `${sign}${Math.round(size)} B`;
}

/** `24 GB` for a 4090: memory and video memory, as it stands on the box. */
export function formatMemory(bytes: number): string {
  const gib = bytes / GIB;
  if (gib < 1) return `${Math.round(bytes / 2 ** 20)} MB`;
  const text = Math.abs(gib - Math.round(gib)) < 0.05 ? gib.toFixed(0) : gib.toFixed(1);
  return `${grouped(text)} GB`;
}

/**
 * The size on the box of a card or a machine of which the system reports a little less, because
 * firmware keeps some: 23.99 or 23.5 GiB are 24 GB.
 */
export function formatMemoryTotal(bytes: number): string {
  return bytes < GIB
    ? formatMemory(bytes)
    : `${grouped(Math.ceil(bytes / GIB - 0.1).toFixed(0))} GB`;
}

/** `38 m 14 s`, `21 s`, `2 h 05 m`, `0.4 s`: what something took. */
export function formatDuration(ms: number): string {
  const clamped = Math.max(0, ms);
  if (clamped < 9_950) return `${(clamped / 1000).toFixed(1)} s`;
  const seconds = Math.round(clamped / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return `${hours} h ${two(minutes % 60)} m`;
}

/** `14-20 min`, or `5 min` where both ends are the same. */
export function formatMinutes(range: { low: number; high: number }): string {
  const low = Math.max(1, Math.round(range.low));
  const high = Math.max(low, Math.round(range.high));
  return low === high ? `${low} min` : `${low}-${high} min`;
}

/** `85 MB/s`; above 1000 `1.2 GB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `2.3 GB/min`: the fall of free space. */
export function formatRatePerMinute(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond * 60)}/min`;
}

/** `1.9 of 3.9 GB`; the unit is the total's. */
export function formatOf(current: number, total: number): string {
  if (total >= 999.5 * MB) return `${gigabytes(current / GB)} of ${gigabytes(total / GB)} GB`;
  if (total >= 999.5 * KB) return `${small(current / MB)} of ${small(total / MB)} MB`;
  return `${formatBytes(current)} of ${formatBytes(total)}`;
}

/** `14:36` of that moment, in the machine's own time. */
export function formatClock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

function gigabytes(value: number): string {
  return grouped(value >= 999.95 ? value.toFixed(0) : value.toFixed(1));
}

function small(value: number): string {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

function two(value: number): string {
  return value.toString().padStart(2, '0');
}
