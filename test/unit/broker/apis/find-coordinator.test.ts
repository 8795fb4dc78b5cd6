import { findCoordinator } from '../../../../src/broker/apis/find-coordinator'
import type { Broker } from '../../../../src/broker/broker'
import type { Call } from '../../../../src/call/call'
import { partitionOf } from '../../../../src/platform/java-hash'
import { errors } from '../../../../src/protocol/errors'
import { openToAll } from '../../../support/handler-bench'

function ask(
  version: number,
  keyType: number,
  keys: readonly string[],
  leaders: readonly number[] = [1, 1, 1],
  offline: readonly number[] = [],
) {
  const created: string[] = []
  const topics = new Map<string, unknown>()
  const broker: Partial<Broker> = {
    access: openToAll,
    async ensureInternalTopic(name) {
      created.push(name)
      topics.set(name, { partitions: leaders.map((leader, index) => ({ index, leader })) })
    },
    image: () => ({ topic: (name: string) => topics.get(name) ?? null }) as never,
    partitions: { isOffline: (_topic: string, index: number) => offline.includes(index) } as never,
    advertised: (_call, id) => ({ host: `host${id}`, port: 9092 + id }),
  }
  const many = version >= 4
  const request = { key: many ? '' : keys[0]!, keyType, coordinatorKeys: many ? [...keys] : [] }
  const reply = findCoordinator.handle(broker as Broker, { version } as Call, request) as Promise<
    Record<string, unknown>
  >
  return { reply, created }
}

const here = { nodeId: 1, host: 'host1', port: 9093 }
const nowhere = { nodeId: -1, host: '', port: -1 }
const invalid = errors.INVALID_REQUEST.code

test('one key at a time, with the name of success as its message', async () => {
  const { reply, created } = ask(0, 0, ['g'])
  expect(await reply).toMatchObject({ errorCode: 0, errorMessage: 'NONE', ...here, coordinators: [] })
  expect(created).toEqual(['__consumer_offsets'])
})

test('many keys', async () => {
  const { reply } = ask(4, 1, ['tx', '', 'tx'])
  const coordinator = { errorCode: 0, errorMessage: '', ...here }
  expect(await reply).toMatchObject({
    coordinators: [
      { key: 'tx', ...coordinator },
      { key: '', ...coordinator },
      { key: 'tx', ...coordinator },
    ],
  })
})

test('the coordinator is the leader of the partition that the key is filed in', async () => {
  const leaders = [10, 11, 12]
  const { reply } = ask(4, 0, ['a', 'b', 'c'], leaders)
  const nodes = ['a', 'b', 'c'].map(key => leaders[partitionOf(key, 3)])
  expect(((await reply).coordinators as { nodeId: number }[]).map(({ nodeId }) => nodeId)).toEqual(nodes)
})

test('a partition without a leader, and a topic that could not be made', async () => {
  const missing = { errorCode: errors.COORDINATOR_NOT_AVAILABLE.code, ...nowhere }
  expect(await ask(3, 0, ['g'], [-1]).reply).toMatchObject(missing)
  expect(await ask(3, 0, ['g'], []).reply).toMatchObject(missing)
  expect(await ask(3, 0, ['g'], [1], [0]).reply).toMatchObject(missing)
  expect(await ask(3, 0, ['g'], [1, 1], []).reply).toMatchObject({ errorCode: 0, ...here })
})

test('share partitions are found from version 6 on, by a key in their form', async () => {
  const key = 'g:ODNdq0kJSv6vkMUtcnJ8Sg:0'
  expect(await ask(6, 2, [key]).reply).toMatchObject({ coordinators: [{ key, errorCode: 0, ...here }] })
  expect(await ask(6, 2, ['g']).reply).toMatchObject({ coordinators: [{ errorCode: invalid, ...nowhere }] })
  expect(await ask(5, 2, [key]).reply).toMatchObject({ coordinators: [{ errorCode: invalid, ...nowhere }] })
  expect(await ask(3, 2, [key]).reply).toMatchObject({ errorCode: invalid, ...nowhere })
})

test('keys of a type that there is not are refused, and create nothing', async () => {
  const { reply, created } = ask(4, 9, ['g'])
  expect(await reply).toMatchObject({ coordinators: [{ key: 'g', errorCode: invalid, ...nowhere }] })
  expect(created).toEqual([])
})
