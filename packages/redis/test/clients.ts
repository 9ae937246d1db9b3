import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisClient } from '../src/index.ts'

export interface Connected {
  readonly client: RedisClient
  end(): void
}

/** The clients that the package is tested with, as a program would create them. */
export const clients = {
  async 'node-redis'(url: string): Promise<Connected> {
    const client = createClient({ url })
    client.on('error', () => {}) // a server that is away
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  async ioredis(url: string): Promise<Connected> {
    const client = new Redis(url)
    client.on('error', () => {})
    return { client, end: () => client.disconnect() }
  },
}

export const clusterClients = {
  async 'node-redis'(url: string): Promise<Connected> {
    const client = createCluster({ rootNodes: [{ url }] })
    client.on('error', () => {})
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  async ioredis(url: string): Promise<Connected> {
    const client = new Cluster([url])
    client.on('error', () => {})
    return { client, end: () => client.disconnect() }
  },
}
