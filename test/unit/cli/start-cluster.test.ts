import { startCluster } from '../../../src/cli/start-cluster'
import { readConfig } from '../../../src/node/config/config'
import { silentLogger } from '../../../src/platform/logger'
import { ClientConnection } from '../../../src/client/connection'
import { nodeTimers } from '../../../src/platform/node/clock'
import { holdProcess } from '../../../src/platform/node/hold'
import { nodeNetwork } from '../../../src/platform/node/network'
import { nodePlatform } from '../../../src/platform/node/platform'
import { Metadata } from '../../../src/protocol/messages/metadata'

const release = holdProcess()
afterAll(release)

async function started(topics: readonly string[], nodes: number, isControlled: boolean) {
  const nothing = (): Buffer => Buffer.alloc(0)
  const flags = { port: '0', set: [] }
  const { config } = readConfig({ flags, environment: {}, readFile: nothing, defaultProfile: 'test', brokers: nodes })
  const platform = nodePlatform({ logger: { ...silentLogger, level: 'error' } })
  return startCluster(platform, config, { topics, nodes, isControlled })
}

test('a broker with a control port, until it stops', async () => {
  const node = await started([], 1, true)
  const { bootstrap, clusterId } = (await (await fetch(node.controlUrl!)).json()) as { [name: string]: string }
  expect([bootstrap, clusterId]).toEqual([`127.0.0.1:${node.address.port}`, node.clusterId])
  await node.stop()
  await expect(fetch(node.controlUrl!)).rejects.toThrow()
})

test('several nodes, without a control port; their topics have replicas on all of them', async () => {
  const node = await started(['orders'], 3, false)
  expect(node).not.toHaveProperty('controlUrl')
  const ports = node.nodes!.map(([first]) => first!.port)
  expect(new Set(ports).size).toBe(3)
  expect(ports[0]).toBe(node.address.port)
  const options = { network: nodeNetwork, timers: nodeTimers, clientId: 'c', requestTimeoutMs: 30_000 }
  const client = await ClientConnection.open(node.address, { ...options, maxFrameBytes: 1 << 20 })
  const { brokers, topics } = await client.request(Metadata, 1, { topics: [{ name: 'orders' }] })
  expect(new Set(brokers.map(({ port }) => port))).toEqual(new Set(ports))
  expect(topics[0]!.partitions[0]!.replicaNodes).toHaveLength(3)
  client.close()
  await node.stop()
})

test('of one that cannot begin as it is to, nothing is left', async () => {
  const broken = started(['orders:0'], 1, false)
  await expect(broken).rejects.toThrow('give a name')
  await expect(started(['no/name'], 2, false)).rejects.toThrow('topic no/name was not created')
})
