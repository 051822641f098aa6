import type { MirrorKind, ResolvedChoices } from '../contract/choices.ts';
import { extraNodesArgument } from './extra-nodes.ts';
import type { Recommendation } from './recommend.ts';

/** Build arguments of docker/Dockerfile: everything that differs from image to image. */
export function buildArgs(
  choices: ResolvedChoices,
  { stack: { value: row }, variant, attention, textEncoder }: Recommendation,
): Record<string, string> {
  const args: Record<string, string> = {
    PYTHON_VERSION: row.python,
    BASE_IMAGE: baseImage(row.python),
    LOCK_DIR: `python/${row.id}`,
    TORCH_VERSION: row.torch.version,
    TORCHVISION_VERSION: row.torch.torchvision,
    TORCHAUDIO_VERSION: row.torch.torchaudio,
    TORCH_INDEX: row.torch.index ?? '',
    CUDA_VERSION: row.cuda,
    ATTENTION: attention.value,
    FLASH_ATTN_WHEEL: row.flashAttention.wheel,
    FLASH_ATTN_SHA256: row.flashAttention.sha256 ?? '',
    XFORMERS_VERSION: row.xformers.version,
    XFORMERS_INDEX: row.xformers.index ?? '',
    SAGEATTENTION_VERSION: row.sageattention.version,
    COMFYUI_COMMIT: row.comfyui.commit,
    ENABLE_STEADYDANCER: 'true',
    ENABLE_FLASH_ATTN: String(attention.value === 'flash-attn'),
    STEADYDANCER_VARIANT: variant.value,
    STEADYDANCER_TEXT_ENCODER: textEncoder.value,
    BAKE_STEADYDANCER: String(choices.placement === 'baked'),
    ENABLE_OPENMMLAB: String(choices.pose === 'openmmlab'),
    EXTRA_NODES: extraNodesArgument(choices.extraNodes ?? []),
  };
  for (const [pack, commit] of Object.entries(row.nodes)) {
    args[`${pack.toUpperCase()}_COMMIT`] = commit;
  }
  for (const [kind, address] of Object.entries(choices.mirrors ?? {}) as [MirrorKind, string][]) {
    // The hub serves models; a build asks it only when they are baked.
    if (address !== undefined) args[`${kind.toUpperCase()}_MIRROR`] = address;
  }
  return args;
}

/**
 * The distribution whose own Python the stack's wheels are for (packages.debian.org: bookworm has
 * 3.11; packages.ubuntu.com: noble has 3.12).
 */
function baseImage(python: string): string {
  const images: Record<string, string> = {
    '3.11': 'library/debian:bookworm-slim',
    '3.12': 'library/ubuntu:24.04',
  };
  const image = images[python];
  if (image === undefined) throw new Error(`no base image is known for Python ${python}`);
  return image;
}
