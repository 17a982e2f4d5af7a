/** What the image is built from, how it is started, and the pipeline that builds it. */
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { listenAddress } from '../../src/commands/shared/options.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const { version, optionalDependencies } = JSON.parse(read('package.json')) as {
  version: string;
  optionalDependencies: Record<string, string>;
};

interface Step {
  readonly name: string;
  readonly rest: string;
}

/** The instructions of the Dockerfile, one by one, without comments. */
function dockerfile(): readonly Step[] {
  const text = read('Dockerfile')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ');
  return text.split('\n').flatMap((line) => {
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [{ name, rest }];
  });
}

function rests(name: string): readonly string[] {
  return dockerfile().flatMap((step) => (step.name === name ? [step.rest] : []));
}

describe('the image', () => {
  test('has two stages of the very Node.js that the project is tested with', () => {
    // What is built is the same on every processor: it is built on the builder's own, where no emulation is needed.
    expect(rests('FROM')).toEqual(['--platform=$BUILDPLATFORM ${NODE_IMAGE} AS build', '${NODE_IMAGE}']);
    const [base = ''] = rests('ARG');
    expect(base.replace(/@sha256:[0-9a-f]{64}$/, '')).toBe(
      `NODE_IMAGE=node:${optionalDependencies['node']}-slim`,
    );
  });

  test('finds the policies of README where README mounts them, and may write one there', () => {
    const [, run = ''] = read('README.md').split('\n## Run it\n');
    const [way = ''] = run.split('\n## ');
    const named = [...way.matchAll(/^(?:idle-enforcer|docker run) .*--config (\S+)/gm)].map(
      ([, path]) => path,
    );
    expect(named.length).toBeGreaterThan(4);
    // The working folder of the image is the root, so that they are those of /config.
    expect(named.filter((path) => path?.startsWith('config/') !== true)).toEqual([]);
    expect(rests('WORKDIR').at(-1)).toBe('/');
    expect(way).toMatch(/^docker run .*--user .* -v \.\/config:\/config idle-enforcer init /m);
  });

  test('is built from the lock file, runs no script of a package, and leaves what only building needs', () => {
    const installs = rests('RUN').filter((run) => run.includes('npm ci'));
    expect(installs).toEqual([
      'npm ci --ignore-scripts',
      'npm ci --omit=dev --omit=optional --ignore-scripts',
    ]);
    const last = rests('COPY').filter((copy) => copy.startsWith('--from=build'));
    expect(last).toEqual([
      '--from=build /app/node_modules /app/node_modules',
      '--from=build /app/dist /app/dist',
    ]);
  });

  test('copies only what is there and what the builder is given', () => {
    const given = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(read('.dockerignore')).toMatch(/^\*$/m);
    const copied = rests('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(' ').slice(0, -1));
    expect([...copied].sort()).toEqual([...given].sort().concat('package-lock.json', 'package.json').sort());
    for (const path of given) expect([path, existsSync(new URL(path, ROOT))]).toEqual([path, true]);
  });

  test('runs the program itself as an ordinary user, with the store on a volume', () => {
    expect(rests('USER')).toEqual(['1000:1000']);
    expect(rests('VOLUME')).toEqual(['/data']);
    expect(JSON.parse(rests('ENTRYPOINT')[0]!)).toEqual(['node', '--disable-sigusr1', '/app/dist/main.js']);
    expect(JSON.parse(rests('CMD')[0]!)).toEqual(['run']);
    // The default of the store, ./data/idle-enforcer.db, is on the volume from here.
    expect(rests('WORKDIR').at(-1)).toBe('/');
    expect(rests('HEALTHCHECK')[0]).toContain('http://127.0.0.1:8080/healthz');
  });

  test('listens on what the environment says before the policy, if it says anything', () => {
    expect(rests('ENV')[0]).toContain('IDLE_ENFORCER_HOST=0.0.0.0');
    expect(listenAddress('127.0.0.1', { IDLE_ENFORCER_HOST: '0.0.0.0' })).toBe('0.0.0.0');
    expect(listenAddress('127.0.0.1', { IDLE_ENFORCER_HOST: '' })).toBe('127.0.0.1');
    expect(listenAddress('::1', {})).toBe('::1');
  });

  test('is replayed by a script that a shell can read', () => {
    const script = fileURLToPath(new URL('scripts/replay-image.sh', ROOT));
    expect(spawnSync('bash', ['-n', script]).status).toBe(0);
  });
});

describe('the images that the pipeline stands on', () => {
  const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const BASE = `node:${optionalDependencies['node']}-slim`;

  /** Runs the script on a Dockerfile; `registry` is what the registry says when it is asked for a digest. */
  function baseImages(
    args: readonly string[],
    { base = BASE, registry = `echo ${DIGEST}` } = {},
  ): { readonly status: number | null; readonly lines: readonly string[]; readonly said: string } {
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-images-'));
    try {
      mkdirSync(join(folder, 'scripts'));
      mkdirSync(join(folder, 'bin'));
      cpSync(fileURLToPath(new URL('scripts/base-images.sh', ROOT)), join(folder, 'scripts/base-images.sh'));
      const text = read('Dockerfile').replace(/^ARG NODE_IMAGE=.*$/m, `ARG NODE_IMAGE=${base}`);
      writeFileSync(join(folder, 'Dockerfile'), text);
      writeFileSync(join(folder, 'bin/docker'), `#!/bin/sh\n${registry}\n`, { mode: 0o755 });
      const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
      const { status, stdout, stderr } = spawnSync(
        'bash',
        [join(folder, 'scripts/base-images.sh'), ...args],
        {
          env,
          encoding: 'utf8',
        },
      );
      return { status, lines: stdout.trim().split('\n'), said: stderr };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('are resolved to digests', () => {
    expect(baseImages([])).toMatchObject({
      status: 0,
      lines: [
        `node=${BASE}@${DIGEST}`,
        `check24=node:24-bookworm@${DIGEST}`,
        `check26=node:26-bookworm@${DIGEST}`,
      ],
    });
  });

  test('are taken as they are where they are named by digest', () => {
    const base = `${BASE}@sha256:${'f'.repeat(64)}`;
    expect(baseImages([], { base }).lines[0]).toBe(`node=${base}`);
    expect(baseImages(['--pinned'], { base, registry: 'exit 1' }).status).toBe(0);
  });

  test('stop the run where the registry does not answer, or answers something else', () => {
    expect(baseImages([], { registry: 'exit 1' })).toMatchObject({ status: 1, lines: [''] });
    expect(baseImages([], { registry: 'echo latest' }).said).toContain('"latest" is no digest');
    expect(baseImages([], { base: 'evil:latest' }).said).toContain('which is no image of Node.js');
  });

  test('let no release go out on a tag alone', () => {
    const { status, said } = baseImages(['--pinned']);
    expect(status).toBe(1);
    expect(said).toContain(`write ARG NODE_IMAGE=${BASE}@sha256:`);
  });
});

describe('the pipeline', () => {
  interface Job {
    readonly 'timeout-minutes': number;
    readonly if?: string;
    readonly container?: string;
    readonly env?: Record<string, string>;
    readonly needs?: string | readonly string[];
    readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
    readonly permissions?: Record<string, string>;
    readonly steps: readonly {
      readonly id?: string;
      readonly uses?: string;
      readonly run?: string;
      readonly with?: Record<string, unknown>;
    }[];
  }
  const text = read('.github/workflows/ci.yaml');
  const { permissions, jobs } = parse(text) as {
    permissions: object;
    jobs: { images: Job; check: Job; image: Job; release: Job };
  };
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  /** What GitHub itself has against a workflow. */
  async function faultsOf(content: string): Promise<readonly string[]> {
    const { context, value } = parseWorkflow({ name: 'ci.yaml', content }, new NoOperationTraceWriter());
    if (value !== undefined) await convertWorkflowTemplate(context, value);
    return context.errors.getErrors().map(({ message }) => message);
  }

  test('is one that GitHub understands', async () => {
    expect(await faultsOf(text)).toEqual([]);
  });

  test.each([
    ['runs-on:', 'run-on:', /Unexpected value 'run-on'/],
    ['needs: [images, check]', 'needs: [images, chek]', /depends on unknown job 'chek'/],
    ['vars.IMAGE }}', 'vras.IMAGE }}', /Unrecognized named-value: 'vras'/],
    ['needs.images.outputs[', 'secrets.outputs[', /Unrecognized named-value: 'secrets'/],
    ['matrix.node == 24', 'matrix.node = 24', /Unexpected symbol: '='/],
  ])('is not one with "%s" written "%s"', async (right, wrong, fault) => {
    expect(text).toContain(right);
    expect(await faultsOf(text.replace(right, wrong))).toContainEqual(expect.stringMatching(fault));
  });

  test('checks everything on both versions of Node.js, on the matrix’s own and not the packaged one', () => {
    expect(jobs.check.strategy?.matrix.node).toEqual([24, 26]);
    const runs = jobs.check.steps.flatMap(({ run }) => run ?? []);
    const at = (command: string): number => runs.findIndex((run) => run.includes(command));
    expect(at('npm ci')).toBeLessThan(at('rm -f node_modules/.bin/node'));
    expect(at('rm -f node_modules/.bin/node')).toBeLessThan(at('npm run check'));
    expect(at('scripts/replay-image.sh')).toBeGreaterThan(0);
    // What tests would be skipped without.
    expect(runs.join(' ')).toMatch(
      /apt-get install .* chromium prometheus golang-go.* postgresql pgbouncer openssl/,
    );
  });

  test('may only read, but for the job that pushes and signs a release, which no pull request reaches', () => {
    expect(permissions).toEqual({ contents: 'read' });
    const { release, ...others } = jobs;
    for (const job of Object.values(others)) expect(job.permissions).toBeUndefined();
    expect(release.permissions).toEqual({
      contents: 'read',
      packages: 'write',
      'id-token': 'write',
      attestations: 'write',
    });
    expect(release.if).toBe(
      "github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v') && vars.IMAGE != ''",
    );
    expect(release.needs).toEqual(['images', 'image']);
    expect(jobs.image.needs).toEqual(['images', 'check']);
  });

  test('gives secrets to no other job, and leaves no token in a checkout', () => {
    const { release, ...others } = jobs;
    expect(JSON.stringify(others)).not.toMatch(/secrets\.|github\.token/);
    expect(JSON.stringify(release)).toContain('secrets.IMAGE_PASSWORD');
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(4);
    for (const { with: options } of checkouts) expect(options).toEqual({ 'persist-credentials': false });
  });

  test('names its images by the digests that were resolved once for the whole run', () => {
    expect(jobs.check.container).toBe("${{ needs.images.outputs[format('check{0}', matrix.node)] }}");
    const node = '${{ needs.images.outputs.node }}';
    expect(jobs.image.env).toEqual({ NODE_IMAGE: node });
    expect(jobs.image.steps.at(-1)?.run).toContain('--build-arg NODE_IMAGE ');
    const push = jobs.release.steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
    expect(push?.with?.['build-args']).toBe(`NODE_IMAGE=${node}\n`);
    expect(jobs.release.steps.some(({ run }) => run?.includes('base-images.sh --pinned'))).toBe(true);
    // No tag of an image stands in the workflow itself.
    expect(text).not.toMatch(/(?:node|debian|ubuntu):\S*\d/);
  });

  test('names each foreign action by its commit, and ends in time', () => {
    for (const { uses } of steps) {
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    }
    expect(text.match(/uses: .*/g)?.every((line) => /# v\d+\.\d+\.\d+$/.test(line))).toBe(true);
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  test('pushes with provenance and a bill of materials', () => {
    const push = steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
    expect(push?.with).toMatchObject({ push: true, provenance: 'mode=max', sbom: true });
    expect(steps.some(({ uses }) => uses?.startsWith('actions/attest-build-provenance@'))).toBe(true);
  });

  test('signs image and chart by their digests without a key, and tells what the chart holds', () => {
    const runs = jobs.release.steps.map(({ run = '' }) => run).join('\n');
    expect(runs).toContain('cosign sign --yes "$IMAGE@$DIGEST"');
    expect(runs).toContain('cosign sign --yes "$CHARTS/idle-enforcer@$digest"');
    expect(runs).toMatch(/cosign attest --yes --type spdxjson .* "\$CHARTS\/idle-enforcer@\$digest"/);
    expect(runs).not.toMatch(/cosign .*(?:--key|:latest)/);
    const attested = jobs.release.steps.filter(({ uses }) =>
      uses?.startsWith('actions/attest-build-provenance@'),
    );
    expect(attested.map((step) => step.with?.['subject-name'])).toEqual([
      '${{ env.IMAGE }}',
      '${{ vars.CHARTS }}/idle-enforcer',
    ]);
  });

  test('pushes under the version that the chart and the manifests pull, for both kinds of processors', () => {
    const push = steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
    expect(push?.with?.['tags']).toContain(':${{ steps.version.outputs.version }}\n');
    const named = steps.find(({ id }) => id === 'version')!;
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-version-'));
    const output = join(folder, 'output');
    const env = { ...process.env, GITHUB_REF_NAME: `v${version}`, GITHUB_OUTPUT: output };
    const [line = ''] = named.run?.split('\n').filter((one) => one.includes('GITHUB_OUTPUT')) ?? [];
    try {
      spawnSync('bash', ['-euc', line], { env });
      expect(readFileSync(output, 'utf8')).toBe(`version=${version}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(push?.with?.['platforms']).toBe('linux/amd64,linux/arm64');
    // The last stage runs commands of the other processor.
    expect(steps.some(({ uses }) => uses?.startsWith('docker/setup-qemu-action@'))).toBe(true);
  });

  test('puts nothing that others can write into a shell', () => {
    for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{\s*github\.(?:event|head_ref)/);
  });
});
