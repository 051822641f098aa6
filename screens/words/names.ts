import type { DiskPlace, PhaseId, SmokeLevelId } from '../../src/contract/ids.ts';

export const phases: Record<PhaseId, string> = {
  prepare: 'machine',
  validate: 'checks',
  dependencies: 'build',
  models: 'models',
  image: 'image',
  launch: 'start',
  smoke: 'test video',
  push: 'push',
  deploy: 'deploy',
};
export const levels: Record<SmokeLevelId, string> = {
  reachable: 'reachable',
  gpu: 'GPU',
  nodes: 'nodes',
  models: 'model files',
  workflow: 'workflow',
  render: 'test video',
  file: 'file',
};
export const places: Record<DiskPlace, string> = {
  docker: "Docker's disk",
  models: 'models folder',
  output: 'videos folder',
  temp: 'temporary files',
  state: 'run records',
};
