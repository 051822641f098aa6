import type { FailureClass } from '../types.ts';
import { apt } from './apt.ts';
import { attention } from './attention.ts';
import { comfyui } from './comfyui.ts';
import { compile } from './compile.ts';
import { cudaToolkit } from './cuda-toolkit.ts';
import { disk } from './disk.ts';
import { dockerfile } from './dockerfile.ts';
import { elsewhere } from './elsewhere.ts';
import { engine } from './engine.ts';
import { engineService } from './engine-service.ts';
import { generic } from './generic.ts';
import { git } from './git.ts';
import { gpuDriver } from './gpu-driver.ts';
import { gpuRuntime } from './gpu-runtime.ts';
import { hub } from './hub.ts';
import { launch } from './launch.ts';
import { launchService } from './launch-service.ts';
import { libraries } from './libraries.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { networkBetween } from './network-between.ts';
import { pythonBuilds } from './python-builds.ts';
import { pythonPackages } from './python-packages.ts';
import { registry } from './registry.ts';
import { workflow } from './workflow.ts';

/** Every failure class that text can show, by area. */
export const catalogue: FailureClass[] = [
  ...engine,
  ...engineService,
  ...registry,
  ...network,
  ...networkBetween,
  ...disk,
  ...memory,
  ...dockerfile,
  ...apt,
  ...git,
  ...pythonPackages,
  ...pythonBuilds,
  ...compile,
  ...cudaToolkit,
  ...libraries,
  ...hub,
  ...launch,
  ...launchService,
  ...gpuRuntime,
  ...gpuDriver,
  ...attention,
  ...comfyui,
  ...workflow,
  ...elsewhere,
  ...generic,
];
