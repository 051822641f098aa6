import type { TemplateBody } from './api-bodies.ts';

export interface TemplateWish {
  templateName: string;
  image: string;
  diskGb: number;
  need: { env: Record<string, string> };
  registry: string | null;
}

/** A template for Runpod's console: the same pod without a GPU and without a network volume. */
export function templateBody({
  templateName,
  image,
  diskGb,
  need,
  registry,
}: TemplateWish): TemplateBody {
  return {
    name: templateName,
    image,
    disk: diskGb,
    env: need.env,
    ports: ['8188/http'],
    category: 'NVIDIA',
    ...{ public: false, serverless: false, startJupyter: false, startSsh: false },
    ...(registry === null ? {} : { registry }),
  };
}
