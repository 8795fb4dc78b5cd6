import type { EventName } from '../../../src/embedded/contract/cluster-events'
import { Listeners } from '../../../src/embedded/listeners'

const users = { name: 'topicCreated', what: { topic: 'users', partitions: 1 } } as const
const turn = (): Promise<void> => Promise.resolve()

test('who listens hears what it asked for, of its cluster, until it ends that', async () => {
  const listeners = new Listeners()
  const asked: (readonly EventName[])[] = []
  const listen = async (names: readonly EventName[]): Promise<void> => void asked.push(names)
  const heard: unknown[] = []
  const off = await listeners.on(1, 'topicCreated', ({ topic }) => heard.push(['created', topic]), listen)
  await listeners.on(1, 'topicDeleted', ({ topic }) => heard.push(['deleted', topic]), listen)
  await listeners.on(2, 'topicCreated', ({ topic }) => heard.push(['elsewhere', topic]), listen)
  expect(asked).toEqual([['topicCreated'], ['topicCreated', 'topicDeleted'], ['topicCreated']])
  listeners.heard(1, users)
  await turn()
  expect(heard).toEqual([['created', 'users']])
  listeners.heard(1, users)
  off()
  listeners.heard(1, users)
  await turn()
  expect(heard).toEqual([['created', 'users']])
})

test('who is refused does not listen', async () => {
  const listeners = new Listeners()
  const heard: unknown[] = []
  const refused = listeners.on(
    1,
    'topicCreated',
    what => heard.push(what),
    () => Promise.reject(new Error('no')),
  )
  await expect(refused).rejects.toThrow('no')
  listeners.heard(1, users)
  await turn()
  expect(heard).toEqual([])
})

test('a listener may itself listen, and hears what comes later only', async () => {
  const listeners = new Listeners()
  const heard: string[] = []
  const listen = async (): Promise<void> => {}
  await listeners.on(
    1,
    'topicCreated',
    async () => {
      heard.push('first')
      await listeners.on(1, 'topicCreated', () => heard.push('second'), listen)
    },
    listen,
  )
  listeners.heard(1, users)
  await turn()
  await turn()
  expect(heard).toEqual(['first'])
})
