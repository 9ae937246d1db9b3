import { fileURLToPath } from 'node:url'
import { Application, LogLevel, ReflectionKind } from 'typedoc'
import { packages, root } from './sources.js'

/** What a package exports, and the page of the reference that says so. */
export const entries = [
  ...packages.map((name) => ({ page: name, title: `@cb/${name}`, file: `packages/${name}/src/index.ts` })),
  { page: 'fetch-undici', title: '@cb/fetch/undici', file: 'packages/fetch/src/undici.ts' },
  { page: 'redis-step', title: '@cb/redis/step', file: 'packages/redis/src/step.ts' },
  { page: 'redis-testing', title: '@cb/redis/testing', file: 'packages/redis/src/testing.ts' },
]

const mustHaveDocs = ['Class', 'Function', 'Interface', 'TypeAlias', 'Variable']

const ownTsconfig = fileURLToPath(new URL('reference.tsconfig.json', import.meta.url))

/** Reads the sources of the packages; or, for tests, other files. @param {string[]} files  absolute paths @param {string} tsconfig */
export async function readReference(files = entries.map(({ file }) => root + file), tsconfig = ownTsconfig) {
  const problems = /** @type {string[]} */ ([])
  const options = {
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: files,
    tsconfig,
    logLevel: 'Warn',
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    readme: 'none',
    disableGit: true,
    disableSources: true,
    validation: { notExported: false, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: mustHaveDocs,
    outputFileStrategy: 'modules',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
  }
  const app = await Application.bootstrapWithPlugins(/** @type {any} */ (options)) // its types do not know those of the plugin
  app.logger = Object.assign(Object.create(app.logger), {
    /** @param {string} message @param {LogLevel} level */
    log(message, level) {
      if (level >= LogLevel.Warn) problems.push(message)
    },
  })
  const project = await app.convert()
  if (project === undefined) throw new Error(`typedoc can't read the sources:\n${problems.join('\n')}`)
  app.validate(project)
  const json = /** @type {Reflection} */ (
    /** @type {unknown} */ (app.serializer.projectToObject(project, /** @type {any} */ (root)))
  )
  problems.push(...hiddenTypes(json), ...optionsWithoutDocs(json))
  return { app, project, json, problems }
}

/**
 * A node of typedoc's JSON, as far as it is used here.
 * @typedef {{ name: string, kind: number, children?: Reflection[], comment?: unknown, [key: string]: unknown }} Reflection
 */

/**
 * Types of the packages that a public type refers to, and that nothing exports. What an interface extends may be private: its
 * members are listed.
 * @param {Reflection} json
 */
function hiddenTypes(json) {
  const found = /** @type {Set<string>} */ (new Set())
  /** @param {any} node @param {string} path */
  function visit(node, path) {
    if (typeof node !== 'object' || node === null) return
    if (node.type === 'reference' && typeof node.target === 'object' && node.package?.startsWith('@cb/')) {
      found.add(`${path} refers to ${node.target.qualifiedName} of ${node.package}, which is not exported`)
    }
    const inner = typeof node.kind === 'number' ? `${path}${path && '.'}${node.name}` : path
    for (const [key, value] of Object.entries(node)) {
      if (!['extendedTypes', 'inheritedFrom', 'overwrites', 'implementationOf'].includes(key)) visit(value, inner)
    }
  }
  for (const module of json.children ?? []) visit(module, '')
  return [...found]
}

/** @param {Reflection} json */
function optionsWithoutDocs(json) {
  return interfacesOf(json)
    .filter(({ name }) => /(?:Options|Config)$/.test(name))
    .flatMap(({ name, children = [] }) =>
      children
        .filter((child) => !JSON.stringify(child).includes('"comment"')) // that of a function is deeper, at its signature
        .map((child) => `${name}.${child.name} has no documentation`),
    )
}

/** @param {Reflection} json */
export function interfacesOf(json) {
  // The children of a single entry point are those of the project.
  const all = (json.children ?? []).flatMap((child) => [child, ...(child.children ?? [])])
  return all.filter(({ kind }) => kind === ReflectionKind.Interface)
}
