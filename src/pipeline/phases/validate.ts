import { readFile } from 'node:fs/promises';
import { Failure } from '../../contract/failure.ts';
import type { Phase, RunContext } from '../context.ts';
import { personPath } from '../person-path.ts';

/** The Dockerfile is there, has stages, and knows the arguments that it will be given. */
export const validate: Phase = {
  id: 'validate',
  after: ['prepare'],
  satisfied: async () => false,
  async run(ctx) {
    if (ctx.context) await checkDockerfile(ctx, ctx.context.dockerfile);
    await checkWorkflow(ctx);
  },
};

/** A workflow that cannot be read is known now, not after an hour's build. */
async function checkWorkflow({ planned, request, machine }: RunContext): Promise<void> {
  const { workflow } = planned.choices;
  if (workflow === undefined) return;
  const file = personPath(workflow, machine.host, request.cwd);
  const unreadable = (sentence: string) => (error: Error) => {
    const details = { code: 'workflow-unreadable', sentence, proof: error.message };
    throw new Failure(details, { cause: error });
  };
  const text = await readFile(file, 'utf8').catch(
    unreadable(`The workflow ${file} cannot be read.`),
  );
  await Promise.resolve(text)
    .then(JSON.parse)
    .catch(unreadable(`The workflow ${file} is not JSON.`));
}

async function checkDockerfile({ planned }: RunContext, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure(
      {
        code: 'dockerfile-missing',
        sentence: `There is no Dockerfile to read at ${file}.`,
        proof: error.message,
      },
      { cause: error },
    );
  });
  if (!/^\s*FROM\s+\S/im.test(text)) {
    throw new Failure({
      code: 'dockerfile-without-stage',
      sentence: `${file} has no FROM line: it builds nothing.`,
      proof: text.split('\n', 1)[0] ?? '',
    });
  }
  const known = new Set([...text.matchAll(/^\s*ARG\s+([A-Za-z_]\w*)/gim)].map((match) => match[1]));
  const unknown = Object.keys(planned.plan.args).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Failure({
      code: 'dockerfile-unknown-argument',
      sentence: `${file} has no ARG for ${unknown.join(', ')}: the choice would have no effect.`,
      proof: `ARG ${[...known].join(', ARG ')}`,
    });
  }
}
