import manifest from '../package.json' with { type: 'json' }

/** The version of this package; the build inlines it. */
export const version: string = manifest.version
