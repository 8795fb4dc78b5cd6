/** DescribeCluster (60): the cluster's id and brokers. v1: kinds of endpoints (KIP-919); v2: fenced brokers (KIP-1073). */
import { errors, type ErrorName } from '../../protocol/errors'
import { DescribeCluster } from '../../protocol/messages/describe-cluster'
import { notTold, operationsOnCluster } from '../authorized-operations'
import { defineHandler } from '../broker'

const endpointTypes = { broker: 1, controller: 2 }

export const describeCluster = defineHandler({
  api: DescribeCluster,
  serves: '0-2',
  access: 'open',
  refuseAll: (_request, errorCode, errorMessage) => ({ ...nothing, errorCode, errorMessage }),

  handle(broker, call, { endpointType, includeFencedBrokers, includeClusterAuthorizedOperations }) {
    const refuse = (error: ErrorName, errorMessage: string) => ({
      ...nothing,
      errorCode: errors[error].code,
      errorMessage,
    })
    if (endpointType === endpointTypes.controller) {
      const message = 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
      return refuse('MISMATCHED_ENDPOINT_TYPE', message)
    }
    if (endpointType !== endpointTypes.broker) {
      return refuse('UNSUPPORTED_ENDPOINT_TYPE', `Unsupported endpoint type ${endpointType}`)
    }
    const image = broker.image()
    return {
      errorCode: errors.NONE.code,
      errorMessage: null,
      endpointType,
      clusterId: image.clusterId,
      controllerId: image.controllerId,
      brokers: image
        .brokers()
        .filter(({ fenced }) => includeFencedBrokers || !fenced)
        .map(({ id, rack, fenced }) => ({ brokerId: id, ...broker.advertised(call, id), rack, isFenced: fenced })),
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? operationsOnCluster(broker, call) : notTold,
    }
  },
})

const nothing = {
  endpointType: endpointTypes.broker,
  clusterId: '',
  controllerId: -1,
  brokers: [],
  clusterAuthorizedOperations: notTold,
}
