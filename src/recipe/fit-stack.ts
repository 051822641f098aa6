import { compareVersions, type Fit, no, ok, warn } from './fit.ts';
import { defaultStack, type Stack, stacks } from './stacks.ts';

/** What decides which stacks run. */
export interface StackSite {
  gpuName: string;
  computeCapability: string;
  /** null: not known (elsewhere); the newest is assumed. */
  driver: string | null;
  /** The driver's number is the Windows one (WSL). */
  windowsDriver: boolean;
  architecture: string;
}

/** Blackwell cards have no older driver (facts steadydancer.md §7). */
const BLACKWELL_DRIVER = '570';

export function fitStack(row: Stack, site: StackSite): Fit {
  const { computeCapability: cc, driver } = site;
  if (!row.architectures.some((known) => known === site.architecture)) {
    return no(`it has no packages for ${site.architecture}`);
  }
  if (!row.capabilities.includes(cc)) {
    return no(`it has no code for compute ${cc} (${site.gpuName})`);
  }
  const wanted = site.windowsDriver ? row.driver.windows : row.driver.linux;
  if (driver === null)
    return ok(`has code for compute ${cc}; the driver there has to be ${wanted}`);
  if (compareVersions(driver, row.driver.least) < 0) {
    return no(`driver ${driver}, it needs ${row.driver.least} at least`);
  }
  if (Number(cc) >= 10 && compareVersions(driver, BLACKWELL_DRIVER) < 0) {
    return no(`driver ${driver}, a ${site.gpuName} needs ${BLACKWELL_DRIVER}`);
  }
  if (compareVersions(driver, wanted) < 0) {
    return warn(
      `driver ${driver} is older than CUDA ${row.cuda}'s ${wanted}: it runs by minor-version compatibility only`,
    );
  }
  return ok(`driver ${driver}, CUDA ${row.cuda} needs ${wanted}; has code for compute ${cc}`);
}

/** The default where it fits, else the first row that does, else the oldest CUDA that runs. */
export function recommendStack(site: StackSite): { row: Stack; fit: Fit } | null {
  const first = defaultStack();
  const rows = [first, ...stacks().filter(({ id }) => id !== first.id)];
  const fits = rows.map((row) => ({ row, fit: fitStack(row, site) }));
  const running = fits.filter(({ fit }) => fit.state === 'warn');
  running.sort((a, b) => Number(a.row.cuda) - Number(b.row.cuda));
  return fits.find(({ fit }) => fit.state === 'ok') ?? running[0] ?? null;
}

/** Why no row runs: of the row that comes nearest, one that has code for the GPU. */
export function whyNoStack(site: StackSite): string {
  const rows = stacks();
  const near = rows.find((row) => row.capabilities.includes(site.computeCapability)) ?? rows[0];
  return near ? fitStack(near, site).reason : 'stacks.json is empty';
}
