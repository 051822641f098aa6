import type { Diagnosis } from '../../contract/diagnosis.ts';

/** Modules whose package has another name on the index. Source: each project's page on the index. */
const packages: Record<string, string> = {
  cv2: 'opencv-python-headless',
  PIL: 'pillow',
  yaml: 'pyyaml',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  git: 'gitpython',
  bs4: 'beautifulsoup4',
  dotenv: 'python-dotenv',
  dateutil: 'python-dateutil',
  attr: 'attrs',
  google: 'protobuf',
  OpenSSL: 'pyopenssl',
  Crypto: 'pycryptodome',
  mpl_toolkits: 'matplotlib',
};

/** Parts of ComfyUI, of the stack, or of Python itself: no index has the one that is missed. */
const notOnIndex =
  /^(?:comfy\w*|nodes|folder_paths|server|execution|torch\w*|triton|flash_attn\w*|sageattention|xformers|pip|distutils|_\w+)$/;

const missing = /No module named ['"]?([A-Za-z_][\w.]*)/;

/**
 * The package that a container misses, by the words of any of its diagnoses; null where none says so,
 * or where no index has it.
 */
export function missingPackage(diagnoses: readonly Diagnosis[]): string | null {
  for (const { evidence, title, cause } of diagnoses) {
    const module = missing.exec(`${evidence.text}\n${title}\n${cause}`)?.[1]?.split('.')[0];
    if (!module || notOnIndex.test(module)) continue;
    return packages[module] ?? module.replaceAll('_', '-');
  }
  return null;
}
