import { seed, topicsFrom } from '../../../src/cli/topics'
import type { Node } from '../../../src/node/node'

test('a topic is a name, or a name and partitions', () => {
  expect(topicsFrom(['orders', 'users:3'])).toEqual([{ name: 'orders' }, { name: 'users', partitions: 3 }])
  for (const wrong of ['', ':3', 'orders:', 'orders:0', 'orders:x', 'a:1:2']) {
    expect(() => topicsFrom([wrong])).toThrow(`--topic ${wrong}: give a name`)
  }
})

test('those that are there stay; a node whose topics cannot be made is stopped', async () => {
  const asked: string[] = []
  let stops = 0
  const metadata = {
    image: { topic: (name: string) => (name === 'there' ? {} : null) },
    createTopics: async (topics: readonly { readonly name: string }[]) => {
      asked.push(...topics.map(({ name }) => name))
      return topics.map(({ name }) => ({ name, errorCode: name === 'bad' ? 17 : 0, errorMessage: 'no name' }))
    },
  }
  const node = { broker: { metadata }, stop: async () => void (stops += 1) } as unknown as Node
  await seed(node, topicsFrom(['there', 'new']))
  expect([asked, stops]).toEqual([['new'], 0])
  await expect(seed(node, topicsFrom(['bad']))).rejects.toThrow('bad')
  expect(stops).toBe(1)
})
