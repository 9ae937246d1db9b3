import { brakes } from './brakes.js'
import { careless } from './careless.js'
import { cockatiel } from './cockatiel.js'
import { core, policies } from './core.js'
import { floors } from './floors.js'
import { mollitia } from './mollitia.js'
import { opossum } from './opossum.js'
import { tutorial } from './tutorial.js'

/** Everything that is measured, by name. @type {Record<string, import('./subject.js').Subject>} */
export const subjects = {
  ...floors,
  ...core,
  ...policies,
  ...tutorial,
  ...cockatiel,
  ...opossum,
  ...brakes,
  ...mollitia,
}

/** A subject, or the careless breaker of the tests. @param {string} name */
export function findSubject(name) {
  const found = subjects[name] ?? careless[name]
  if (found === undefined) throw new RangeError(`no such subject: ${name}`)
  return found
}
