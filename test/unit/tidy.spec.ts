import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCodes } from '../../src/platform/errors/codes';
import { isTest, linesWith, proseOf, read, root, textFiles } from '../support/repository';

/** What no compiler and no linter looks at. Each rule says in its name what to do when it fails. */
const files = textFiles();
const sources = files.filter(
  (path) => /^(src|migrations|demo|bench|client|rating-cases|bin)\/.*\.[jt]s$/.test(path) && !isTest(path),
);
const specs = files.filter((path) => path.endsWith('.spec.ts'));
const documents = files.filter((path) => path.endsWith('.md'));

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(read('package.json')) as Manifest;

describe('documents', () => {
  it('exist for every module: what it owns, what it does not, what is always true', () => {
    /** The edge of the product, each file a few lines: commands, and what the demo and the sandbox are made of. */
    const withoutReadme = new Set(['commands', 'sample', 'sandbox']);
    const modules = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && !withoutReadme.has(entry.name),
    );
    expect(modules.length).toBeGreaterThanOrEqual(11);
    expect(modules.map(({ name }) => `src/${name}/README.md`).filter((path) => !files.includes(path))).toEqual([]);
  });

  it('have exactly one title', () => {
    const titles = documents.map((path) => `${path} ${(proseOf(read(path)).match(/^# /gm) ?? []).length}`);
    expect(titles.filter((line) => !line.endsWith(' 1'))).toEqual([]);
  });

  it('link to files that exist', () => {
    const broken = documents.flatMap((path) =>
      [...proseOf(read(path)).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)]
        .filter(([, target]) => !existsSync(resolve(root, dirname(path), target!)))
        .map(([link]) => `${path} ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('name npm scripts that exist', () => {
    const known = new Set(Object.keys(manifest.scripts));
    const unknown = documents.flatMap((path) =>
      [...read(path).matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)]
        .filter(([, script]) => !known.has(script!))
        .map(([call]) => `${path} ${call}`),
    );
    expect(unknown).toEqual([]);
  });

  it('tell the changes of this version', () => {
    expect(read('CHANGELOG.md')).toContain(`## ${manifest.version}`);
  });
});

describe('sources', () => {
  it('have at most 400 lines a file: split by what it knows', () => {
    expect(
      sources.map((path) => [path, read(path).split('\n').length] as const).filter(([, lines]) => lines > 400),
    ).toEqual([]);
  });

  it('hold no notes to be done later', () => {
    const notes = ['TO' + 'DO', 'FIX' + 'ME'].join('|');
    const notesInComments = ['X' + 'XX', 'HA' + 'CK'].join('|');
    expect(linesWith(files, new RegExp(`\\b(${notes})\\b|(//|\\*|#).*\\b(${notesInComments})\\b`))).toEqual([]);
  });

  it('name no folder of a machine and no registry', () => {
    const machinePath = new RegExp(
      `(?<![\\w.:/-])/(${['wo' + 'rk', 'ro' + 'ot', 'ho' + 'me', 'Us' + 'ers'].join('|')})/`,
    );
    expect(linesWith(files, machinePath)).toEqual([]);
    // The lock file names packages by integrity alone: any registry that has them will do.
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });

  it('are all imported by something: delete what is not', () => {
    const entries = new Set(['src/main.ts', 'src/worker.ts', 'src/cli.ts', 'src/sandbox/stripe/main.ts']);
    const imported = new Set(
      files.filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts')).flatMap(importsOf),
    );
    const dead = sources.filter(
      (path) => path.startsWith('src/') && !entries.has(path) && !imported.has(path) && !path.includes('/testing/'),
    );
    expect(dead).toEqual([]);
  });
});

/** The files that a source imports, exports or loads by a literal path. */
function importsOf(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import|require\(|import\() *'(\.[^']*)'/g)].flatMap(([, target]) => {
    // A module that is loaded only when needed is named by what it becomes.
    const base = join(dirname(path), target!.replace(/\.js$/, ''));
    return [`${base}.ts`, `${base}/index.ts`, base];
  });
}

describe('tests', () => {
  it('all run: none is marked to be skipped or to be the only one', () => {
    expect(
      linesWith(
        specs,
        new RegExp(
          `^\\s*((it|test|describe)(\\.each.*)?\\.(on` + `ly|sk` + `ip|fai` + `ling)|(x|f)(it|test|describe)\\()`,
        ),
      ),
    ).toEqual([]);
  });

  it('provoke every error code', () => {
    const text = specs.map(read).join('\n');
    // Alone in quotes, or behind its status: '409 offer-revised'.
    const silent = Object.keys(errorCodes).filter((code) => !new RegExp(`['"\`](\\d{3} )?${code}['"\`]`).test(text));
    expect(silent).toEqual([]);
  });
});

describe('dependencies', () => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;

  it('have exact versions', () => {
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides });
    expect(all.filter(([, version]) => !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('are all used', () => {
    const code = files
      .filter((path) => /\.[jt]s$/.test(path))
      .map(read)
      .join('\n');
    /** Nest loads these by itself: for the types of parameters, and for the pages of the documentation. */
    const loadedByNest = ['reflect-metadata', '@fastify/static'];
    const unused = Object.keys(dependencies).filter(
      (name) => !loadedByNest.includes(name) && !new RegExp(`['"]${name}(/[^'"]*)?['"]`).test(code),
    );
    expect(unused).toEqual([]);
  });

  it('that ship with the product are under permissive licences', () => {
    const permissive =
      /^(MIT|MIT-0|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|PostgreSQL|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|Unlicense|Bitstream-Vera)$/;
    const refused = shippedPackages()
      .map((path) => [path, licenceOf(path)] as const)
      .filter(
        ([, licence]) =>
          !licence
            .replace(/[()]/g, '')
            .split(' OR ')
            .some((choice) => choice.split(' AND ').every((part) => permissive.test(part))),
      );
    expect(refused).toEqual([]);
  });
});

/** Packages that state their licence in prose only, read by a person. */
const readByHand: Readonly<Record<string, string>> = {
  'node_modules/pause': 'MIT',
  'node_modules/png-js': 'MIT',
  'node_modules/dejavu-fonts-ttf': 'Bitstream-Vera',
};

interface LockedPackage {
  readonly dev?: boolean;
  readonly license?: string;
}
const locked = (
  JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> }
).packages;

const shippedPackages = (): string[] => Object.keys(locked).filter((path) => path !== '' && locked[path]!.dev !== true);

function licenceOf(path: string): string {
  const known = readByHand[path];
  if (known !== undefined) return known;
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return locked[path]!.license ?? 'not declared';
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as {
    license?: unknown;
    licenses?: readonly { type: string }[];
  };
  const declared = locked[path]!.license ?? license ?? licenses?.map(({ type }) => type).join(' OR ');
  return typeof declared === 'string' ? declared : 'not declared';
}
