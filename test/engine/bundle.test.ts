import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleSchema } from '../../src/contract/bundle.ts';
import { connectDocker, resolveEndpoint } from '../../src/ports/docker.ts';
import { describeWithEngine } from './engine.ts';
import { freePort, Program } from './program.ts';

/** Everything that must not come out, wherever it was put. */
const planted = {
  hubToken: 'hf_PLANTEDplanted0123456789',
  oddToken: 'zq-PLANTED/odd+word=9',
  runpod: 'rpa_PLANTED9876543210ABCDEF',
  proxyPassword: 'PLANTEDproxypass',
  registryPassword: 'PLANTEDregistry7',
  netrcPassword: 'PLANTEDnetrc77',
  signature: 'PLANTEDsignature00',
  user: 'plantedmia',
  other: 'plantedotto',
  address: '10.77.88.99',
  mail: 'someone@planted.example.org',
  inspect: 'PLANTEDinspect123',
  jwt: 'eyJwbGFudGVkIjoxfQ.eyJwbGFudGVkIjoxfQ.PLANTEDsig',
} as const;

const said = [
  `token ${planted.hubToken} and ${planted.oddToken}`,
  `GET https://cdn.example.org/w.bin?X-Amz-Signature=${planted.signature}&Expires=1`,
  `clone https://${planted.user}:${planted.registryPassword}@git.example.org/a.git`,
  `proxy http://u:${planted.proxyPassword}@proxy.example.org:3128 from ${planted.address}`,
  `/home/${planted.other}/models, C:\\Users\\${planted.other}\\x, ${planted.user} on ${hostname()}`,
  `Authorization: Bearer ${planted.jwt}; password: ${planted.netrcPassword}; ${planted.mail}`,
];

describeWithEngine('bundle: an archive that names nobody', () => {
  const program = new Program({
    HF_TOKEN: planted.hubToken,
    MY_SECRET: planted.oddToken,
    RUNPOD_API_KEY: planted.runpod,
    HTTPS_PROXY: `http://u:${planted.proxyPassword}@127.0.0.1:9`,
    NO_PROXY: '127.0.0.1,localhost',
    USER: planted.user,
    LOGNAME: planted.user,
    HOSTNAME: 'plantedhost',
  });
  let docker: Docker;

  beforeAll(async () => {
    docker = await connectDocker(await resolveEndpoint(process.env, program.home));
    const rehearsal = await program.run(['--profile', 'rehearsal', '--yes', '--until', 'image']);
    expect(rehearsal.result.summary).toContain('image');
    const auth = Buffer.from(`${planted.user}:${planted.registryPassword}`).toString('base64');
    mkdirSync(join(program.home, '.docker'), { recursive: true });
    writeFileSync(
      join(program.home, '.docker', 'config.json'),
      JSON.stringify({ auths: { 'registry.example.org': { auth } } }),
    );
    writeFileSync(
      join(program.home, '.netrc'),
      `machine x login y password ${planted.netrcPassword}\n`,
    );
    const print = (words: string[]) =>
      JSON.stringify(words.map((word) => `console.error(${JSON.stringify(word)})`).join(';'));
    const dir = join(program.home, `${planted.user}-dockerfile`);
    mkdirSync(dir);
    writeFileSync(
      join(dir, 'Dockerfile'),
      [
        `FROM ${rehearsal.result.image?.ref}`,
        `RUN ["/usr/bin/node", "-e", ${print([...said, said.join('\u001b[1m|\u001b[0m')])}]`,
        `ENV SOMETHING_PLAIN=${planted.inspect} APP_PASSWORD=${planted.inspect}`,
        `ENTRYPOINT ["/usr/bin/node", "-e", ${print([...said, 'boom'])}]`,
        'CMD []',
      ].join('\n'),
    );
    const port = await freePort();
    // A profile and a folder that are called like their person.
    const outputDir = join(program.home, planted.user, 'out');
    const choices = { recipe: 'custom', context: dir, port, outputDir };
    mkdirSync(join(program.home, 'own', 'profiles'), { recursive: true });
    writeFileSync(
      join(program.home, 'own', 'profiles', `${planted.user}.json`),
      JSON.stringify({ schema: 1, name: planted.user, choices }),
    );
    const failed = await program.run(['--profile', planted.user, '--yes']);
    expect(failed.exitCode).toBe(14);
  }, 120_000);

  afterAll(async () => {
    await docker
      .getContainer(`steadydancer-${planted.user}`)
      .remove({ force: true })
      .catch(() => {});
    rmSync(program.home, { recursive: true, force: true });
  });

  it('lists first, writes only when told, for its owner alone, and hides what was planted', async () => {
    const list = await program.call(['bundle', '--json', '-o', 'r.tar.gz']);
    const listed = bundleSchema.parse(JSON.parse(list.stdout));
    expect(listed).toMatchObject({ written: false, bytes: null });
    const file = join(program.home, 'r.tar.gz');
    expect(() => statSync(file)).toThrow('ENOENT');
    const unasked = await program.call(['bundle', '-o', 'r.tar.gz']);
    expect([unasked.exitCode, unasked.stderr]).toEqual([18, expect.stringContaining('--yes')]);
    expect(() => statSync(file)).toThrow('ENOENT');

    const written = await program.call(['bundle', '--json', '--yes', '-o', 'r.tar.gz']);
    expect(written.exitCode).toBe(0);
    const document = bundleSchema.parse(JSON.parse(written.stdout));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(document.bytes).toBe(statSync(file).size);
    const tar = gunzipSync(readFileSync(file));
    const files = await filesOf(tar);
    expect(Object.keys(files).map((name) => name.split('/')[1])).toEqual(
      document.entries.map(({ name }) => name),
    );
    const names = document.entries.map(({ name }) => name);
    for (const wanted of [
      'doctor.json',
      'plan.json',
      'events.ndjson',
      'build.log',
      'container.log',
      'versions.json',
      'diagnosis.json',
      'container.json',
    ]) {
      expect(names, JSON.stringify(document.missing)).toContain(wanted);
    }
    // It says something: what was printed around the secrets is there.
    expect(text(files, 'build.log')).toContain('cdn.example.org/w.bin?[redacted]');
    expect(text(files, 'container.log')).toContain('boom');
    expect(text(files, 'diagnosis.json')).toContain('container-exited');
    expect(JSON.parse(text(files, 'container.json')).state.status).toBe('exited');

    const everything = `${tar.toString('latin1')}\n${list.stdout}\n${written.stdout}`;
    const hidden = [...Object.values(planted), 'plantedhost', hostname()];
    const out = [...hidden, ...hidden.map((word) => Buffer.from(word).toString('base64'))].filter(
      // The path of the archive is this person's own terminal's, not the archive's.
      (word) => everything.toLowerCase().includes(word.toLowerCase()),
    );
    expect(out).toEqual([]);
    expect(tar.includes(program.home)).toBe(false);

    const again = await program.call(['bundle', '--yes', '-o', 'r.tar.gz']);
    expect(again.exitCode).not.toBe(0);
    expect(again.stderr).toContain('is there already');
    expect(statSync(file).size).toBe(document.bytes);
  }, 120_000);

  it('without a run it tells of the machine; an unknown run is a usage error', async () => {
    const fresh = new Program();
    const { stdout, exitCode } = await fresh.call(['bundle', '--json']);
    expect(exitCode).toBe(0);
    const { runId, entries } = bundleSchema.parse(JSON.parse(stdout));
    expect(runId).toBeNull();
    expect(entries.map(({ name }) => name)).toContain('doctor.json');
    expect((await fresh.call(['bundle', '--run', 'none'])).exitCode).toBe(2);
    rmSync(fresh.home, { recursive: true, force: true });
  });
});

async function filesOf(tar: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    let content = '';
    for await (const chunk of entry) content += String(chunk);
    files[entry.header.name] = content;
  }
  return files;
}

function text(files: Record<string, string>, name: string): string {
  return Object.entries(files).find(([path]) => path.endsWith(`/${name}`))?.[1] ?? '';
}
