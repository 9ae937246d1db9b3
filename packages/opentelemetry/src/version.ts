import manifest from '../package.json' with { type: 'json' }

/** The version of this package; the build writes it in. */
export const version: string = manifest.version
