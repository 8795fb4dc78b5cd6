/**
 * DescribeLogDirs (35) tells what lies in the data directories (KIP-113). v2: flexible; v3: error code of the whole;
 * v4: total and usable bytes (KIP-827); v5: cordoned directories (KIP-1066).
 */
import { DescribeLogDirs } from '../../protocol/messages/describe-log-dirs'
import { errors } from '../../protocol/errors'
import type { Partition } from '../../partition/partition'
import { defineHandler } from '../broker'

export const describeLogDirs = defineHandler({
  api: DescribeLogDirs,
  serves: '0-5',
  access: [{ one: 'cluster', may: 'DESCRIBE', named: () => 'kafka-cluster' }],
  refuseAll: (_request, errorCode) => ({ errorCode, results: [] }),

  handle(broker, _call, { topics }) {
    const wanted =
      topics && new Set(topics.flatMap(({ topic, partitions }) => partitions.map(index => `${topic}-${index}`)))
    const byTopic = new Map<string, Partition[]>()
    for (const partition of broker.partitions.all()) {
      if (wanted && !wanted.has(`${partition.topic}-${partition.index}`)) continue
      const list = byTopic.get(partition.topic)
      if (list) list.push(partition)
      else byTopic.set(partition.topic, [partition])
    }
    const { path, totalBytes, usableBytes, isFailed } = broker.space()
    if (isFailed) byTopic.clear()
    return {
      errorCode: 0,
      results: [
        {
          errorCode: isFailed ? errors.KAFKA_STORAGE_ERROR.code : 0,
          logDir: path,
          topics: [...byTopic].map(([name, partitions]) => ({
            name,
            partitions: partitions.map(({ index, sizeBytes }) => ({
              partitionIndex: index,
              partitionSize: sizeBytes,
              offsetLag: 0,
              isFutureKey: false,
            })),
          })),
          totalBytes,
          usableBytes,
          isCordoned: false,
        },
      ],
    }
  },
})
