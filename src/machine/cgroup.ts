import { readFile } from 'node:fs/promises';

export interface Cgroup {
  limitBytes: number;
  usedBytes: number;
}

/**
 * The memory limit that this process runs under, from cgroup v2 (memory.max of its own group) or
 * v1 (memory.limit_in_bytes); null without a limit. Source: Documentation/admin-guide/cgroup-v2.rst.
 * @param root prefix of /proc and /sys, '' on a real machine
 */
export async function cgroupMemory(root = ''): Promise<Cgroup | null> {
  const own = await readFile(`${root}/proc/self/cgroup`, 'utf8').catch(() => '');
  const unified = /^0::(.*)$/m.exec(own)?.[1] ?? '/';
  const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(own)?.[1] ?? '/';
  const base = `${root}/sys/fs/cgroup`;
  // In a container the path of the outside shows, but the group is mounted at the top: look at both.
  const pairs = [
    [`${base}${unified}/memory.max`, `${base}${unified}/memory.current`],
    [`${base}/memory.max`, `${base}/memory.current`],
    [`${base}/memory${v1}/memory.limit_in_bytes`, `${base}/memory${v1}/memory.usage_in_bytes`],
    [`${base}/memory/memory.limit_in_bytes`, `${base}/memory/memory.usage_in_bytes`],
  ] as const;
  const found = await Promise.all(
    pairs.map(async ([limit, used]) => {
      const limitBytes = await number(limit);
      return limitBytes === null ? null : { limitBytes, usedBytes: (await number(used)) ?? 0 };
    }),
  );
  const limits = found.filter((group) => group !== null);
  return limits.sort((a, b) => a.limitBytes - b.limitBytes)[0] ?? null;
}

async function number(path: string): Promise<number | null> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  // `max` (v2) and PAGE_COUNTER_MAX, about 9.2e18 (v1), mean: no limit.
  if (!/^\d+$/.test(text)) return null;
  const value = Number(text);
  return value > 2 ** 60 ? null : value;
}
