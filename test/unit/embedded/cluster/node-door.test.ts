/** Nodes with several listeners: each tells the ports of its own, which come back when a node does, and forks have others. */
import { BrokerNode } from '../../../../src/embedded/door/node-handle'
import { DescribeCluster } from '../../../../src/protocol/messages/describe-cluster'
import { EngineBench } from '../../../support/engine-bench'

test('each of several listeners leads to all nodes, before and after one of them was gone, and in a fork', async () => {
  const at = new EngineBench()
  const config = {
    listeners: 'IN://127.0.0.1:9100,OUT://127.0.0.1:9200',
    'listener.security.protocol.map': 'IN:PLAINTEXT,OUT:PLAINTEXT',
  }
  const { cluster, nodes } = await at.start({ brokers: 2, config })
  const toldAt = async (port: number) => {
    const client = await at.connect(port)
    const { brokers } = await at.world.until(
      client.request(DescribeCluster, 1, { includeClusterAuthorizedOperations: false }),
    )
    client.close()
    return brokers.map(broker => broker.port)
  }
  // The bench's own port is a flag's, which is about the first listener.
  expect(nodes.map(({ listeners }) => listeners.map(({ name, port }) => [name, port]))).toEqual([
    [
      ['IN', 9092],
      ['OUT', 9200],
    ],
    [
      ['IN', 9093],
      ['OUT', 9201],
    ],
  ])
  const toldByAll = async () => {
    const told: number[][] = []
    for (const port of [9092, 9093, 9200, 9201]) told.push(await toldAt(port))
    return told
  }
  const all = [
    [9092, 9093],
    [9092, 9093],
    [9200, 9201],
    [9200, 9201],
  ]
  expect(await toldByAll()).toEqual(all)
  await at.ask(cluster, 'stopNode', 2)
  await expect(toldAt(9201)).rejects.toThrow()
  expect(await toldAt(9200)).toEqual([9200])
  await at.ask(cluster, 'startNode', 2)
  expect(await toldByAll()).toEqual(all)
  const fork = await at.ask(cluster, 'fork', { from: null })
  const ports = fork.nodes.map(({ listeners }) => listeners.map(({ port }) => port))
  expect(new Set([9092, 9093, 9200, 9201, ...ports.flat()]).size).toBe(8)
  expect(await toldAt(ports[1]![1]!)).toEqual([ports[0]![1], ports[1]![1]])
})

test('a node has an address for each listener, by its name', () => {
  const listeners = [
    { name: 'IN', host: '127.0.0.1', port: 1 },
    { name: 'OUT', host: '::1', port: 2 },
  ]
  const facts = { id: 1, host: '127.0.0.1', port: 1, listeners, isUp: true }
  const node = new BrokerNode(facts, { stop: jest.fn(), start: jest.fn() })
  expect([node.address, node.addressOf('in'), node.addressOf('OUT')]).toEqual(['127.0.0.1:1', '127.0.0.1:1', '[::1]:2'])
  expect(() => node.addressOf('other')).toThrow('there is no listener other; there are IN, OUT')
  expect(() => node.addressOf(1 as never)).toThrow('a listener is a text, not 1')
})

test('a node takes no options', async () => {
  const commands = { stop: jest.fn(), start: jest.fn() }
  const facts = { id: 1, host: '127.0.0.1', port: 1, listeners: [], isUp: true }
  const node = new BrokerNode(facts, commands)
  await expect(node.stop({ drainMs: 5 } as never)).rejects.toThrow(
    "stop of a node has no option 'drainMs'. It has none.",
  )
  await expect(node.start({ port: 5 } as never)).rejects.toThrow("start of a node has no option 'port'. It has none.")
  expect([node.isUp, commands.stop.mock.calls, commands.start.mock.calls]).toEqual([true, [], []])
})
