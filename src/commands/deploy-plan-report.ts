import type { DeployReport } from '../contract/deploy.ts';
import { exitCodes } from '../contract/exit-codes.ts';
import { Failure } from '../contract/failure.ts';
import type { PodsApi } from '../pods/api.ts';
import { candidates } from '../pods/candidates.ts';
import { monthly, volumeProposal } from '../pods/deploy-plan.ts';
import { GIB } from '../recipe/gpu-facts.ts';
import type { DeployWish } from './deploy-options.ts';

const SHOWN = 6;

/** What Runpod has for it now, with prices; asks and changes nothing. */
export async function planReport(api: PodsApi, wish: DeployWish): Promise<DeployReport> {
  const { need, cloud, pay } = wish;
  const used = await usedVolume(api, wish);
  // A volume is in one data center, and only its GPUs can have it.
  wish.dataCenter = used?.dataCenter ?? wish.dataCenter;
  const gpus = await api.gpus({ cloud, minCudaVersion: need.gpu.minCudaVersion });
  const found = candidates(gpus, need.gpu, { cloud, dataCenter: wish.dataCenter, pay });
  const proposal = volumeProposal(need, found);
  const proposed = proposal && { id: null, ...proposal };
  return {
    ...{ v: 1, ok: true, exitCode: exitCodes.done, paid: false },
    summary: `${found.length} kinds of GPU fit; nothing is started without --pay.`,
    ...{ image: wish.image, cloud, minCudaVersion: need.gpu.minCudaVersion, diskGb: wish.diskGb },
    memoryGb: Math.ceil(need.gpu.memoryBytes / GIB),
    candidates: found.map(({ name: _, ...one }) => one),
    volume: wish.newVolume && proposed ? { ...proposed, dataCenter: wish.dataCenter } : used,
    proposedVolume: used || wish.newVolume || cloud === 'COMMUNITY' ? null : proposed,
    ...{ attempts: [], pod: null, costUsd: 0, running: [], stop: [] },
    ...{ smoke: [], outputs: [], diagnoses: [] },
  };
}

async function usedVolume(api: PodsApi, { volume }: DeployWish): Promise<DeployReport['volume']> {
  if (volume === null) return null;
  const found = await api.volume(volume);
  if (!found) {
    throw new Failure({
      code: 'runpod-volume-unknown',
      sentence: `The account has no network volume ${volume}.`,
      phase: 'deploy',
      fixes: [{ label: 'See yours at https://www.runpod.io/console/user/storage' }],
    });
  }
  const dataCenter = found.dataCenter ?? found.dataCenterId ?? null;
  return { id: found.id, sizeGb: found.size, pricePerMonth: monthly(found.size), dataCenter };
}

/** The same for a person, before anything is paid. */
export function planLinesOf(report: DeployReport, wish: DeployWish): string[] {
  const { candidates: found, volume, proposedVolume } = report;
  const cuda = report.minCudaVersion ? `, CUDA ${report.minCudaVersion}` : '';
  const lines = [
    `Image  ${report.image}`,
    ...(moving(report.image)
      ? [
          '!      Hosts keep an image by its tag: one that moves can be an old one. Give each its own.',
        ]
      : []),
    `GPU    ${report.memoryGb > 0 ? `${report.memoryGb} GB or more` : 'any of NVIDIA'}${cuda}; ${report.cloud.toLowerCase()} cloud${wish.dataCenter ? `, ${wish.dataCenter}` : ''}`,
    ...found
      .slice(0, SHOWN)
      .map(
        ({ id, memoryGb, pricePerHour, availability }, index) =>
          `       ${index + 1}. ${id}, ${memoryGb} GB: ${pricePerHour} $/h, stock ${availability.toLowerCase()}`,
      ),
  ];
  if (found.length === 0) lines.push('       none is free now');
  if (found.length > SHOWN) lines.push(`       and ${found.length - SHOWN} more`);
  lines.push(`Disk   ${report.diskGb} GB, gone with the pod`);
  if (volume) {
    const kept = volume.id === null ? 'made now, ' : '';
    lines.push(
      `Models ${wish.need.modelsGb} GB on network volume ${volume.id ?? ''}: ${kept}${volume.pricePerMonth} $ a month until you delete it`,
    );
  } else if (wish.need.modelsGb > 0) {
    lines.push(`Models ${wish.need.modelsGb} GB are fetched at each start`);
  }
  if (proposedVolume) {
    const { sizeGb, pricePerMonth, dataCenter } = proposedVolume;
    lines.push(
      `       kept between pods on a volume of ${sizeGb} GB, ${pricePerMonth} $ a month: --new-volume --data-center ${dataCenter ?? 'ID'}`,
    );
  }
  if (wish.pay === null) {
    const [cheapest] = found;
    lines.push(
      `Nothing is started. To start it: steadydancer deploy … --pay ${cheapest?.pricePerHour ?? 'USD'}`,
    );
  } else {
    lines.push(`Pay    ${wish.pay} $/h at most, ${wish.limit} $ in all; ${endWords(wish)}`);
  }
  return lines;
}

/** `latest`, named or meant. */
function moving(image: string): boolean {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !/[:@]/.test(name) || name.endsWith(':latest');
}

function endWords({ keep, idleMs }: DeployWish): string {
  if (keep) return 'it goes on after its test, with costs, until you stop it';
  if (idleMs !== null)
    return `ended when nothing was rendered for ${idleMs / 60_000} min, by this command`;
  return 'ended after its test';
}
