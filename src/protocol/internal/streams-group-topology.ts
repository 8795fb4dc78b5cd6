/** The topology of a streams group (KIP-1071). */

import { array, defineRecord, int16, int32, string, type RecordKeyOf, type RecordValueOf } from '../schema'

const topicConfig = { key: string(), value: string() }

const topicInfo = { name: string(), partitions: int32(), replicationFactor: int16(), topicConfigs: array(topicConfig) }

export const StreamsGroupTopologyRecord = defineRecord({
  type: 23,
  name: 'StreamsGroupTopology',
  versions: '0',
  flexible: '0+',
  key: { groupId: string({ entity: 'groupId' }) },
  value: {
    epoch: int32(),
    subtopologies: array({
      subtopologyId: string(),
      sourceTopics: array(string()),
      sourceTopicRegex: array(string()),
      stateChangelogTopics: array(topicInfo),
      repartitionSinkTopics: array(string()),
      repartitionSourceTopics: array(topicInfo),
      copartitionGroups: array({
        sourceTopics: array(int16()),
        sourceTopicRegex: array(int16()),
        repartitionSourceTopics: array(int16()),
      }),
    }),
  },
})

export interface StreamsGroupTopologyKey extends RecordKeyOf<typeof StreamsGroupTopologyRecord> {}
export interface StreamsGroupTopologyValue extends RecordValueOf<typeof StreamsGroupTopologyRecord> {}
