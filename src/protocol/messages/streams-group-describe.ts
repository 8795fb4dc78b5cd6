/**
 * StreamsGroupDescribe (89): state, topology and members of streams groups (KIP-1071).
 *
 * v1: asks with includeTopologyDescription; tells topologyDescription, topologyDescriptionStatus, assignorName; KIP-1331.
 */

import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  int8,
  string,
  struct,
  uint16,
  type RequestOf,
  type ResponseDraft,
  type ResponseOf,
} from '../schema'

const endpoint = { host: string(), port: uint16() }

const taskOffset = { subtopologyId: string(), partition: int32(), offset: int64() }

const taskIds = { subtopologyId: string(), partitions: array(int32()) }

const assignment = { activeTasks: array(taskIds), standbyTasks: array(taskIds), warmupTasks: array(taskIds) }

const keyValue = { key: string(), value: string() }

const topicInfo = {
  name: string({ entity: 'topicName' }),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(keyValue),
}

const topologyDescriptionNode = {
  name: string({ versions: '1+' }),
  nodeType: int8({ versions: '1+' }),
  sourceTopics: array(string({ entity: 'topicName' }), { versions: '1+' }),
  sinkTopic: string({ versions: '1+', nullable: '1+', default: null, entity: 'topicName' }),
  stores: array(string(), { versions: '1+' }),
  successors: array(string(), { versions: '1+' }),
}

const topologyDescriptionSubtopology = {
  subtopologyId: string({ versions: '1+' }),
  nodes: array(topologyDescriptionNode, { versions: '1+' }),
}

const topologyDescriptionGlobalStore = {
  source: struct(topologyDescriptionNode, { versions: '1+' }),
  processor: struct(topologyDescriptionNode, { versions: '1+' }),
}

const topologyDescription = {
  subtopologies: array(topologyDescriptionSubtopology, { versions: '1+' }),
  globalStores: array(topologyDescriptionGlobalStore, { versions: '1+' }),
}

export const StreamsGroupDescribe = defineApi({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: '0-1',
  flexible: '0+',
  request: {
    groupIds: array(string({ entity: 'groupId' })),
    includeAuthorizedOperations: bool(),
    includeTopologyDescription: bool({ versions: '1+', default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ nullable: '0+', default: null }),
      groupId: string({ entity: 'groupId' }),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      topology: struct(
        {
          epoch: int32(),
          subtopologies: array(
            {
              subtopologyId: string(),
              sourceTopics: array(string({ entity: 'topicName' })),
              repartitionSinkTopics: array(string({ entity: 'topicName' })),
              stateChangelogTopics: array(topicInfo),
              repartitionSourceTopics: array(topicInfo),
            },
            { nullable: '0+', default: null },
          ),
        },
        { nullable: '0+', default: null },
      ),
      members: array({
        memberId: string(),
        memberEpoch: int32(),
        instanceId: string({ nullable: '0+', default: null }),
        rackId: string({ nullable: '0+', default: null }),
        clientId: string(),
        clientHost: string(),
        topologyEpoch: int32(),
        processId: string(),
        userEndpoint: struct(endpoint, { nullable: '0+', default: null }),
        clientTags: array(keyValue),
        taskOffsets: array(taskOffset),
        taskEndOffsets: array(taskOffset),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        isClassic: bool(),
      }),
      authorizedOperations: int32({ default: -2147483648 }),
      topologyDescription: struct(topologyDescription, { versions: '1+', nullable: '1+', default: null }),
      topologyDescriptionStatus: int8({ versions: '1+', default: 0 }),
      assignorName: string({ versions: '1+', nullable: '1+', default: null, ignorable: true }),
    }),
  },
})

export interface StreamsGroupDescribeRequest extends RequestOf<typeof StreamsGroupDescribe> {}
export interface StreamsGroupDescribeResponse extends ResponseOf<typeof StreamsGroupDescribe> {}
export interface StreamsGroupDescribeReply extends ResponseDraft<typeof StreamsGroupDescribe> {}
