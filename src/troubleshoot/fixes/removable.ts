import type { CleanItem } from '../../contract/clean.ts';
import { labels } from '../../contract/ids.ts';
import { sanitiseLine } from '../../text/sanitise.ts';
import type { CacheRecord, UsedContainer, UsedImage } from './engine-usage.ts';

/** A container that ended with one of these was stopped, not broken: `start` takes it up again. */
const STOPPED = [0, 130, 137, 143];

/**
 * Build cache that can go, the largest first, and the bytes of what is kept: what is in use, and
 * all that the run since `keepSince` made or used, with what it stands on. Records that share their
 * content with an image free nothing and are left out.
 */
export function removableCache(
  records: readonly CacheRecord[],
  keepSince: Date | null,
): { items: CleanItem[]; keptBytes: number } {
  const kept = new Set<string>();
  const byId = new Map(records.map((record) => [record.ID, record]));
  const keep = (record: CacheRecord | undefined) => {
    if (!record || kept.has(record.ID)) return;
    kept.add(record.ID);
    for (const id of [record.Parent, ...(record.Parents ?? [])]) if (id) keep(byId.get(id));
  };
  for (const record of records) {
    const used = Date.parse(record.LastUsedAt ?? record.CreatedAt);
    const recent = keepSince !== null && used >= keepSince.getTime();
    if (record.InUse || recent) keep(record);
  }
  const items = records
    .filter(({ ID, Shared }) => !kept.has(ID) && !Shared)
    .map((record) => ({
      kind: 'cache' as const,
      id: record.ID,
      name: sanitiseLine(record.Description ?? '') || record.ID,
      bytes: record.Size,
      lastUsedAt: dateOf(record.LastUsedAt ?? record.CreatedAt),
      ours: false,
      consequence: 'A build that used it takes longer next time.',
    }));
  const keptBytes = records
    .filter(({ ID, Shared }) => kept.has(ID) && !Shared)
    .reduce((sum, { Size }) => sum + Size, 0);
  return { items: items.sort(bySize), keptBytes };
}

/** Images that no container uses, ours first, then the largest. */
export function removableImages(images: readonly UsedImage[]): CleanItem[] {
  const items = images
    .filter(({ Containers }) => Containers === 0)
    .map((image) => {
      const tags = (image.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
      const ours = image.Labels?.[labels.plan] !== undefined;
      return {
        kind: 'images' as const,
        id: image.Id,
        name: tags.join(', ') || `${image.Id.slice(0, 19)} (no name)`,
        // -1 where the engine did not reckon it.
        bytes: Math.max(0, image.Size - Math.max(0, image.SharedSize ?? 0)),
        lastUsedAt: dateOf(image.Created * 1000),
        ours,
        consequence: ours
          ? 'Its next run builds it again.'
          : 'It is pulled or built again when it is needed.',
      };
    });
  return items.sort((a, b) => Number(b.ours) - Number(a.ours) || bySize(a, b));
}

/** Our containers that broke: never one that runs, nor one that was only stopped. */
export function removableContainers(containers: readonly UsedContainer[]): CleanItem[] {
  return containers
    .filter(({ Labels, State, Status }) => {
      if (Labels?.[labels.role] === undefined) return false;
      if (State === 'dead' || State === 'created') return true;
      const exitCode = /^Exited \((\d+)\)/.exec(Status)?.[1];
      return State === 'exited' && exitCode !== undefined && !STOPPED.includes(Number(exitCode));
    })
    .map((container) => ({
      kind: 'containers' as const,
      id: container.Id,
      name: `${(container.Names?.[0] ?? container.Id).replace(/^\//, '')} (${container.Status})`,
      bytes: container.SizeRw ?? 0,
      lastUsedAt: dateOf(container.Created * 1000),
      ours: true,
      consequence: 'Its log goes with it.',
    }))
    .sort(bySize);
}

function bySize(a: { bytes: number | null }, b: { bytes: number | null }): number {
  return (b.bytes ?? 0) - (a.bytes ?? 0);
}

function dateOf(at: string | number): string | null {
  const date = new Date(at);
  // Docker's "never" is the year 1.
  return Number.isNaN(date.getTime()) || date.getFullYear() < 2000 ? null : date.toISOString();
}
