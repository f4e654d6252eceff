import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const STACK = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(`${STACK}/${name}`, 'utf8');
const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: STACK, encoding: 'utf8' });

/** Names of environment variables that a Collector's configuration reads, with their defaults. */
function variablesOf(config: string): Map<string, string> {
  const found = read(`otel-collector/${config}.yaml`).matchAll(/\$\{env:(\w+):-([^}]*)\}/g);
  return new Map([...found].map(([, name = '', fallback = '']) => [name, fallback]));
}

describe('compose.yaml', () => {
  interface Service {
    readonly image: string;
    readonly command?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
    readonly depends_on?: readonly string[];
  }
  // Merge keys are of YAML 1.1, which Compose reads.
  const { services, volumes } = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, object>;
  };
  const all = Object.entries(services);

  it.each(all)('%s has a pinned image, files that exist, and ports of this machine', (_name, service) => {
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
      expect(source.startsWith('./') ? existsSync(`${STACK}/${source}`) : source in volumes).toBe(true);
    }
    for (const name of service.depends_on ?? []) expect(services).toHaveProperty(name);
  });

  it.each(['agent', 'gateway'])('sets only what the configuration of the %s reads', (name) => {
    const known = [...variablesOf(name).keys()];
    for (const variable of Object.keys(services[name]?.environment ?? {})) expect(known).toContain(variable);
  });

  it('lets every part find the others by their names', () => {
    const texts = [
      read('prometheus/prometheus.yml'),
      read('grafana/provisioning/datasources/closespan.yaml'),
      JSON.stringify(services),
    ];
    const hosts = texts.flatMap((text) =>
      [...text.matchAll(/(?:http:\/\/|"|')([a-z]+):\d{4,5}\b/g)].map(([, host = '']) => host),
    );
    expect(new Set(hosts)).toEqual(new Set(['gateway', 'jaeger', 'prometheus', 'alertmanager']));
  });

  const [program, ...args] =
    run('docker', 'compose', 'version').status === 0 ? ['docker', 'compose'] : ['docker-compose'];
  it.skipIf(run(program as string, ...args, 'version').status !== 0)('is taken by Compose itself', () => {
    const { status, stderr } = run(program as string, ...args, 'config', '--quiet');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe.skipIf(run('kubectl', 'version', '--client').status !== 0)('the Kubernetes manifests', () => {
  const { stdout, stderr } = run('kubectl', 'kustomize', '.');
  const objects = parseAllDocuments(stdout).map((document) => document.toJS());
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const workloads = [...of('Deployment'), ...of('StatefulSet')];

  it('are built', () => {
    expect(stderr).toBe('');
    expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual([
      'closespan-agent',
      'closespan-gateway',
      'closespan-loadbalancer',
    ]);
  });

  it.each(workloads.map((workload) => [workload.metadata.name, workload]))(
    '%s sets what its configuration reads, and opens the ports on which that listens',
    (name, { spec }) => {
      const [container] = spec.template.spec.containers;
      const known = variablesOf(name.replace('closespan-', ''));
      for (const { name: variable } of container.env) {
        expect([...known.keys(), 'GOMEMLIMIT']).toContain(variable);
      }
      const listens = [...known].filter(([variable]) => variable.endsWith('_PORT')).map(([, port]) => port);
      const opens = container.ports.map(({ containerPort }: { containerPort: number }) => `${containerPort}`);
      expect(new Set([...opens, `${container.readinessProbe.httpGet.port}`])).toEqual(new Set(listens));
      expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
    },
  );

  it('send to services that are there', () => {
    const services = of('Service').map(({ metadata }) => metadata.name);
    const targets = [
      ...stdout.matchAll(/closespan-gateway-\d\.(closespan-[a-z]+):|value: (closespan-[a-z]+):/g),
    ];
    expect(targets.length).toBe(3);
    for (const [, gateway, other] of targets) expect(services).toContain(gateway ?? other);
  });
});
