import { burst } from './burst.js'
import { flapping } from './flapping.js'
import { outage } from './outage.js'
import { shard } from './shard.js'
import { slow } from './slow.js'

/** @type {readonly import('./scenario.js').Scenario[]} */
export const scenarios = [outage, shard, slow, flapping, burst]
