/** Partitions that there is no room for when their topic is made. */
import { errors } from '../../src/protocol/errors'
import { DeleteTopics } from '../../src/protocol/messages/delete-topics'
import { OffsetForLeaderEpoch } from '../../src/protocol/messages/offset-for-leader-epoch'
import { brokerOnDisk, create, produce } from './disk'

test.each(['EMFILE', 'ENOSPC'])(
  'they are offline, come online by themselves, and may be deleted before (%s)',
  async code => {
    const { broker, until, start, connect } = brokerOnDisk('strict', 1, 120_000)
    const { platform } = await start()
    const pass = (ms: number) => until(new Promise<void>(resolve => void platform.timers.after(ms, resolve)))
    const line = connect()
    await until(create(line, 'early'))
    broker.diskFaults.fail = (_operation, path) => (/[/](late|gone)-0/.test(path) ? code : null)
    await until(create(line, 'late'))
    await until(create(line, 'gone'))
    await pass(20_000)
    expect(await until(produce(line, 'late'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    expect(await until(produce(line, 'early'))).toBe(0)
    await until(line.ask(DeleteTopics, 4, { topicNames: ['gone'], timeoutMs: 1000 }))
    broker.diskFaults.fail = () => null
    await pass(20_000)
    expect(await until(produce(line, 'late'))).toBe(0)
    expect(await until(produce(line, 'gone'))).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION.code)
    await until(create(line, 'gone'))
    expect(await until(produce(line, 'gone'))).toBe(0)
    broker.kill()
  },
)

test.each(['strict', 'prod'])(
  'a disk that is full at the first batch of a partition fails nothing (%s)',
  async profile => {
    const { world, broker, until, start, connect } = brokerOnDisk(profile, 2, 120_000)
    await start()
    const line = connect()
    await until(create(line, 'orders'))
    broker.diskFaults.fail = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(await until(produce(line, 'orders'))).toBe(errors.KAFKA_STORAGE_ERROR.code)
    await world.runFor(10_000)
    broker.diskFaults.fail = () => null
    expect(await until(produce(line, 'orders'))).toBe(0)
    await world.runFor(100_000)
    // Which leader wrote what is on the disk as well, though there was no room for it at first.
    if (profile === 'strict') broker.kill()
    else broker.crash()
    line.close()
    await start()
    const asked = { topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0 }] }] }
    const { topics } = await until(line.ask(OffsetForLeaderEpoch, 3, asked))
    expect(topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 1 })
    expect(await until(produce(line, 'orders'))).toBe(0)
    broker.kill()
  },
)
