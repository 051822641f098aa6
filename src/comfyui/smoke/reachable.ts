import { ok, type SmokeLevelDefinition } from './context.ts';

export const reachable: SmokeLevelDefinition = {
  id: 'reachable',
  needs: [],
  deadlineMs: 15_000,
  async check({ client }, signal) {
    const { system } = await client.systemStats({ signal, timeoutMs: 10_000 });
    const version = system.comfyui_version || 'of an unknown version';
    const torch = system.pytorch_version ? `, PyTorch ${system.pytorch_version}` : '';
    return ok(`ComfyUI ${version} answers at ${client.connection.baseUrl}${torch}.`);
  },
};
