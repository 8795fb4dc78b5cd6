/** Tells a story to a broker over the network, such as an Apache Kafka: real time passes, and every name is fresh. */
import { ClientConnection } from '../../src/client/connection'
import { nodeTimers } from '../../src/platform/node/clock'
import { nodeNetwork } from '../../src/platform/node/network'
import { CreateTopics } from '../../src/protocol/messages/create-topics'
import { FindCoordinator } from '../../src/protocol/messages/find-coordinator'
import { Metadata } from '../../src/protocol/messages/metadata'
import { OffsetFetch } from '../../src/protocol/messages/offset-fetch'
import type { Door } from './group-story'

type Sleep = (ms: number) => Promise<void>

/** `prefix` stands before the names of all groups and topics. */
export async function networkDoor(address: string, prefix: string): Promise<Door> {
  const [host = '127.0.0.1', port] = address.split(':')
  const open = (clientId: string): Promise<ClientConnection> =>
    ClientConnection.open(
      { host, port: Number(port) },
      { network: nodeNetwork, timers: nodeTimers, clientId, requestTimeoutMs: 60_000, maxFrameBytes: 1 << 24 },
    )
  const sleep: Sleep = ms => new Promise(resolve => void nodeTimers.after(ms, resolve))
  const admin = await open('admin')
  await coordinatorReady(admin, `${prefix}g`, sleep)
  const ids = await createTopics(admin, prefix, sleep)
  const connections = new Map<string, Promise<ClientConnection>>()
  return {
    bench: null,
    async ask(who, api, version, request) {
      let connection = connections.get(who)
      if (!connection) connections.set(who, (connection = open(who)))
      return (await connection).request(api, version, request)
    },
    async pass(ms) {
      await sleep(ms + 250)
    },
    async close(who) {
      const gone = who === '*' ? [...connections.keys()] : [who]
      for (const name of gone) (await connections.get(name))?.close()
      for (const name of gone) connections.delete(name)
      if (who === '*') admin.close()
    },
    topicId: name => ids.get(name) ?? 'f'.repeat(32),
  }
}

async function createTopics(
  admin: ClientConnection,
  prefix: string,
  sleep: Sleep,
): Promise<ReadonlyMap<string, string>> {
  const names = ['t', 'u'].map(name => prefix + name)
  await admin.request(CreateTopics, 7, {
    topics: names.map(name => ({ name, numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] })),
    timeoutMs: 5_000,
  })
  const ids = new Map<string, string>()
  for (let tries = 0; tries < 50 && ids.size < names.length; tries += 1) {
    await sleep(50)
    const { topics } = await admin.request(Metadata, 12, {
      topics: names.map(name => ({ name, topicId: '0'.repeat(32) })),
      allowAutoTopicCreation: false,
    })
    for (const { name, topicId, errorCode } of topics) if (errorCode === 0 && name) ids.set(name, topicId)
  }
  return ids
}

async function coordinatorReady(admin: ClientConnection, groupId: string, sleep: Sleep): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await admin.request(FindCoordinator, 4, { key: '', keyType: 0, coordinatorKeys: [groupId] })
    const fetched = await admin.request(OffsetFetch, 8, {
      groupId: '',
      topics: [],
      groups: [{ groupId, topics: null }],
    })
    if (found.coordinators[0]?.errorCode === 0 && fetched.groups[0]?.errorCode === 0) return
    await sleep(100)
  }
}
