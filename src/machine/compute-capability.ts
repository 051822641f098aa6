/**
 * Compute capability by product name, for drivers whose nvidia-smi cannot say it (470 and older).
 * Source: developer.nvidia.com/cuda-gpus and its legacy page, as in facts steadydancer.md §7.
 * The first pattern that fits counts: `RTX 6000 Ada` comes before `RTX 6000`.
 */
const byName: readonly (readonly [RegExp, string])[] = [
  [/\bGB300\b|\bB300\b/, '10.3'],
  [/\bGB200\b|\bB200\b|\bB100\b/, '10.0'],
  [/\bGB10\b/, '12.1'],
  [/RTX PRO \d{4}.*Blackwell|RTX 50[5-9]0/, '12.0'],
  [/\bH100\b|\bH200\b|\bH800\b|\bH20\b|\bGH200\b/, '9.0'],
  [/RTX 40[5-9]0|RTX \d{4}.* Ada\b|\bL4\b|\bL40S?\b|\bL20\b/, '8.9'],
  [/\bOrin\b/, '8.7'],
  [/\bA100\b|\bA800\b|\bA30\b/, '8.0'],
  [/RTX 30[5-9]0|RTX A\d{4}|\bA10G?\b|\bA16\b|\bA40\b|\bA2\b/, '8.6'],
  [/RTX 20[5-8]0|GTX 16[5-6]0|\bT4G?\b|\bT[0-9]{3,4}\b|TITAN RTX|Quadro RTX/, '7.5'],
  [/\bV100\b|TITAN V|Quadro GV100/, '7.0'],
  [/\bP100\b/, '6.0'],
  [/GTX 10[3-8]0|\bP40\b|\bP4\b|\bP6\b|TITAN X[Pp]|Quadro P\d{3,4}/, '6.1'],
  [/GTX 9[5-8]0|\bM40\b|\bM60\b|\bM4\b/, '5.2'],
  [/GTX 7[45]0|GTX 850|GTX 860|\bM10\b/, '5.0'],
  [/\bK80\b/, '3.7'],
];

/** `8.9` for `NVIDIA GeForce RTX 4090`; null for a name that is not in the table. */
export function computeCapabilityOf(name: string): string | null {
  return byName.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
