import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy } from '../../../src/commands/deploy.ts';
import type { DeployOptions } from '../../../src/commands/deploy-options.ts';
import { tellEnd } from '../../../src/commands/ended.ts';
import type { Io } from '../../../src/commands/io.ts';
import { type DeployReport, deploySchema } from '../../../src/contract/deploy.ts';
import { problemSchema } from '../../../src/contract/problem.ts';
import { startStandIn } from '../rehearsal/stand-in.ts';
import { type Cloud, type Faults, type Runs, startCloud } from './cloud.ts';

/** A cloud whose pods are the rehearsal's server, and a person with an account there and no engine. */
export class Deploying {
  readonly cloud: Cloud;
  readonly home = mkdtempSync(join(tmpdir(), 'sd-deploy-'));
  readonly said: string[] = [];
  readonly out: string[] = [];

  private constructor(cloud: Cloud) {
    this.cloud = cloud;
  }

  static async begin(faults: Faults = {}, proxyLimitMs?: number): Promise<Deploying> {
    const run = async (): Promise<Runs> => startStandIn();
    const limit = proxyLimitMs === undefined ? {} : { proxyLimitMs };
    return new Deploying(await startCloud({ faults, run, ...limit }));
  }

  get io(): Io {
    return {
      env: {
        ...this.cloud.env,
        PATH: process.env.PATH,
        STEADYDANCER_HOME: join(this.home, 'own'),
        DOCKER_HOST: 'unix:///nonexistent/docker.sock',
      },
      ...{ cwd: this.home, home: this.home, interactive: false },
      out: (line) => void this.out.push(line),
      say: (line) => void this.said.push(line),
    };
  }

  /** Files of the pods that are remembered. */
  recorded(): string[] {
    const dir = join(this.home, 'own', 'pods');
    return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.json')) : [];
  }

  /** `deploy --json`, as the program does it. */
  async deploy(
    options: DeployOptions = {},
  ): Promise<{ exitCode: number; report: DeployReport; problem: boolean }> {
    this.out.splice(0);
    const wish = { profile: 'rehearsal', image: 'ghcr.io/me/rehearsal:1', json: true, ...options };
    let exitCode: number;
    try {
      exitCode = await deploy(wish, this.io);
    } catch (error) {
      exitCode = await tellEnd(error, { argv: ['deploy', '--json'], printed: false }, this.io);
    }
    const document = JSON.parse(this.out.at(-1) ?? 'null');
    const problem = !('candidates' in document);
    if (problem) problemSchema.parse(document);
    else deploySchema.strict().parse(document);
    return { exitCode, report: document, problem };
  }

  async end(): Promise<void> {
    await this.cloud.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}
