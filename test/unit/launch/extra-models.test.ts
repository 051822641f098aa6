import { describe, expect, it } from 'vitest';
import {
  extraModelMounts,
  extraModelPaths,
  hasExtraModels,
} from '../../../src/launch/extra-models.ts';

const models = [
  { file: 'vae/x.safetensors', path: '/disk/blobs/1' },
  { file: 'detection/onnx/y.onnx', path: '/disk/y.onnx' },
  { file: 'vae/sub/z.safetensors', path: '/disk/z' },
];

describe('models outside the models folder', () => {
  it('are mounted one by one, read-only, under the name that workflows ask for', () => {
    const mounts = extraModelMounts(models, '/state/extra.yaml');
    expect(mounts.every(({ kind, readOnly }) => kind === 'file' && readOnly)).toBe(true);
    expect(mounts.map(({ source, target }) => `${source} ${target}`)).toEqual([
      '/disk/blobs/1 /mnt/models/vae/x.safetensors',
      '/disk/y.onnx /mnt/models/detection/onnx/y.onnx',
      '/disk/z /mnt/models/vae/sub/z.safetensors',
      '/state/extra.yaml /opt/ComfyUI/extra_model_paths.yaml',
    ]);
    expect(extraModelMounts([], '/state/extra.yaml')).toEqual([]);
  });

  // Read by folder_paths.py and utils/extra_config.py of ComfyUI 428c323 when this was written.
  it('are named to ComfyUI by kind, each once', () => {
    expect(extraModelPaths(models).split('\n').slice(1)).toEqual([
      'steadydancer:',
      '  base_path: /mnt/models',
      '  detection: detection',
      '  vae: vae',
      '',
    ]);
  });

  it('tell a container that has them from one that has others, more or fewer', () => {
    const given = models.map(({ file, path }) => ({
      ...{ Source: path, Destination: `/mnt/models/${file}` },
    }));
    const own = { Source: '/home/mia/models', Destination: '/opt/ComfyUI/models' };
    expect(hasExtraModels({ Mounts: [own, ...given] }, models)).toBe(true);
    expect(hasExtraModels({ Mounts: [own] }, [])).toBe(true);
    expect(hasExtraModels({ Mounts: [own] }, models)).toBe(false);
    expect(hasExtraModels({ Mounts: given }, [])).toBe(false);
    const [first, ...rest] = given;
    const moved = { Destination: first?.Destination ?? '', Source: '/disk/blobs/2' };
    expect(hasExtraModels({ Mounts: [moved, ...rest] }, models)).toBe(false);
  });
});
