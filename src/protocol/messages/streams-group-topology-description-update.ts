/** StreamsGroupTopologyDescriptionUpdate (93): a member describes its topology for people (KIP-1331). */

import {
  array,
  defineApi,
  int16,
  int32,
  int8,
  string,
  struct,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

const topologyDescriptionNode = {
  name: string(),
  nodeType: int8(),
  sourceTopics: array(string({ entity: 'topicName' })),
  sinkTopic: string({ nullable: '0+', default: null, entity: 'topicName' }),
  stores: array(string()),
  successors: array(string()),
}

const topologyDescriptionSubtopology = { subtopologyId: string(), nodes: array(topologyDescriptionNode) }

const topologyDescriptionGlobalStore = {
  source: struct(topologyDescriptionNode),
  processor: struct(topologyDescriptionNode),
}

const topologyDescription = {
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
}

export const StreamsGroupTopologyDescriptionUpdate = defineApi({
  key: 93,
  name: 'StreamsGroupTopologyDescriptionUpdate',
  versions: '0',
  flexible: '0+',
  request: {
    groupId: string({ entity: 'groupId' }),
    memberId: string(),
    topologyEpoch: int32(),
    topologyDescription: struct(topologyDescription),
  },
  response: { throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+', default: null }) },
})

export interface StreamsGroupTopologyDescriptionUpdateRequest
  extends RequestOf<typeof StreamsGroupTopologyDescriptionUpdate> {}
export interface StreamsGroupTopologyDescriptionUpdateResponse
  extends ResponseOf<typeof StreamsGroupTopologyDescriptionUpdate> {}
export interface StreamsGroupTopologyDescriptionUpdateReply
  extends ResponseDraft<typeof StreamsGroupTopologyDescriptionUpdate> {}
