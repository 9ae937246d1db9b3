import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import {
  assertOption,
  checkFunction,
  checkOptions,
  positiveInteger,
  positiveRatio,
  timerMilliseconds,
} from '@cb/checks'
import type { RedisClient } from './client.ts'
import { plainText } from './member.ts'
import { redisStore } from './redis-store.ts'
import type { FleetCounts, FleetSettings } from './settings.ts'
import type { FleetStore } from './store.ts'

/** Options of `joinFleet`. */
export interface FleetOptions {
  /** A connected client of node-redis or ioredis, also of sentinels or a cluster, or a port: `{ eval, subscribe }`. Required without `store`. */
  client?: RedisClient | undefined
  /** A store of your own, instead of Redis. */
  store?: FleetStore | undefined
  /** Fleets of different namespaces know nothing of each other. Default `default`. */
  namespace?: string | undefined
  /** Identifies this process: for votes, and as the author of overrides. Default: host, process id and chance. */
  instance?: string | undefined
  /**
   * Instances that must trip before all open: an integer >= 1, or a share of the live ones, above 0 and below 1. Default: 1 for up to
   * four live instances, else a fifth of them: one bad node must not open a large fleet.
   */
  quorum?: number | undefined
  /** Milliseconds, above 0, between two readings of what the fleet has decided: bounds what a lost message costs. Default 5 000. */
  pollInterval?: number | undefined
  /** Milliseconds, above 0, after which the store counts as away. Default 1 000. */
  deadline?: number | undefined
  /** Counts calls over all instances, and opens by their failure rate; for a fleet with few calls each. Default: off. */
  counts?: FleetCounts | undefined
}

/** @throws TypeError or RangeError naming the option. */
export function parseFleet(options: FleetOptions): { store: FleetStore; settings: FleetSettings; deadline: number } {
  const ranges = {
    ...{ client: null, store: null, namespace: null, instance: null, counts: null },
    quorum: { above: 0 },
    pollInterval: timerMilliseconds,
    deadline: timerMilliseconds,
  }
  const checked = checkOptions('joinFleet', options, ranges)
  const { client, store, namespace = 'default', quorum = 0, pollInterval = 5_000, deadline = 1_000 } = checked
  const { instance = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}` } = checked
  assertOption(typeof instance === 'string' && instance !== '', 'instance', 'a non-empty string', instance)
  assertOption(typeof namespace === 'string' && namespace !== '', 'namespace', 'a non-empty string', namespace)
  const isQuorum = quorum < 1 || Number.isInteger(quorum)
  assertOption(isQuorum, 'quorum', 'an integer >= 1 or a share below 1', quorum, RangeError)
  if ((client === undefined) === (store === undefined)) throw new TypeError('joinFleet needs either client or store')
  const settings = {
    instance: plainText(instance),
    quorum,
    pollInterval,
    counts: checkCounts(checked.counts),
    random: Math.random,
  }
  return { store: checkStore(store) ?? redisStore(client as RedisClient, namespace), settings, deadline }
}

function checkStore(store: FleetStore | undefined): FleetStore | undefined {
  if (store !== undefined) {
    assertOption(store !== null, 'store', 'a FleetStore', store)
    checkFunction('store.run', store.run)
    checkFunction('store.names', store.names)
  }
  return store
}

function checkCounts(counts: FleetCounts | undefined): FleetCounts | undefined {
  if (counts === undefined) return undefined
  const needed = { window: timerMilliseconds, minimumCalls: positiveInteger, threshold: positiveRatio }
  const ranges = Object.fromEntries(Object.entries(needed).map(([name, range]) => [name, { ...range, needed: true }]))
  return checkOptions('counts', counts, ranges as typeof needed, '.')
}
