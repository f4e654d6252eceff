import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly [{ readonly license: { readonly id: string } }];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = ['core', 'browser', 'node'];
const ROW =
  /^\| (?<name>@?[\w./-]+) \| (?<version>\d[^ ]*) \| [^|]* \| (?<license>[^ ]+) \| (?<files>.*) \|$/gm;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'closespan-sboms-'));
  execFileSync(process.execPath, ['scripts/write-sboms.mjs', folder], { cwd: ROOT });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, `closespan-${name}.cdx.json`), 'utf8');
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
const componentsOf = (name: string): Component[] => JSON.parse(read(name)).components;
const isBuiltIn = ({ properties = [] }: Component) =>
  properties.some((property) => property.name === 'closespan:builtInto');

/** Says what is built in, as the notices of a package say it. */
function noticesOf(name: string): string[] {
  const file = join(ROOT, 'packages', name, 'THIRD-PARTY-NOTICES.md');
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(ROW)].map(({ groups: row = {} }) => {
    const { files = '' } = row;
    return [row['name'], row['version'], row['license'], files.replaceAll('`', '')].join(' ');
  });
}

describe.each(PACKAGES)('the SBOM of %s', (name) => {
  it('is valid CycloneDX', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(read(name))).toBeNull();
    expect(await validator.validate(read(name).replace('"library"', '"book"'))).not.toBeNull();
  });

  it('describes the package as npm will have it', () => {
    const { version, license } = manifestOf(name);
    const purl = `pkg:npm/%40closespan/${name}@${version}`;
    expect(JSON.parse(read(name)).metadata.component).toMatchObject({
      ...{ name: `@closespan/${name}`, version, purl },
      licenses: [{ license: { id: license } }],
    });
  });

  it('names what is built in, with versions, licenses and files, as the notices do', () => {
    const builtIn = componentsOf(name)
      .filter(isBuiltIn)
      .map(({ name: other, version, licenses: [{ license }], properties = [] }) => {
        const files = properties.map(({ value }) => value.replace('dist/', '')).join(', ');
        return [other, version, license.id, files].join(' ');
      });
    expect(builtIn).toEqual(noticesOf(name));
  });

  it('names what npm installs with the package', () => {
    const { dependencies = {}, peerDependencies = {} } = manifestOf(name);
    const names = componentsOf(name).map((component) => component.name);
    expect(names).toEqual(expect.arrayContaining(Object.keys({ ...dependencies, ...peerDependencies })));
  });

  it('names nothing twice, and lets the package depend on all', () => {
    const { components, dependencies, metadata } = JSON.parse(read(name));
    const purls = components.map(({ purl }: Component) => purl);
    expect(new Set(purls).size).toBe(purls.length);
    expect(dependencies).toEqual([{ ref: metadata.component['bom-ref'], dependsOn: purls }]);
  });
});

it('SBOMs show the modules of the SDK that core and browser contain', () => {
  for (const name of ['core', 'browser']) {
    expect(
      componentsOf(name)
        .filter(isBuiltIn)
        .map((component) => component.name),
    ).toEqual(expect.arrayContaining(['@opentelemetry/sdk-metrics', '@opentelemetry/otlp-transformer']));
  }
});

describe('a release', () => {
  it.each(PACKAGES)('publishes %s with provenance', (name) => {
    expect(manifestOf(name).publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('is published with provenance by its workflow, which attaches the SBOMs', () => {
    const workflow = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');
    expect(workflow).toMatch(/npm publish .* --provenance /);
    expect(workflow).toMatch(/gh release create .* release\/\*\.cdx\.json/);
    expect(readFileSync(join(ROOT, 'scripts/pack-release.mjs'), 'utf8')).toContain(
      "'scripts/write-sboms.mjs', target",
    );
  });
});
