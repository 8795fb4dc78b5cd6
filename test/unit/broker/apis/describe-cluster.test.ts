/** Replies as an Apache Kafka 4.4 gave them to the same requests. */
import { describeCluster } from '../../../../src/broker/apis/describe-cluster'
import { ask, brokerWith } from '../../../support/handler-bench'
import { openMetadata } from '../../../support/metadata'

describe('DescribeCluster', () => {
  it.each([0, 1, 2])('answers version %i', async version => {
    const metadata = await openMetadata()
    expect(await ask(describeCluster, brokerWith(metadata), version, {})).toEqual({
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      endpointType: 1,
      clusterId: metadata.image.clusterId,
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'broker', port: 9001, rack: null, isFenced: false }],
      clusterAuthorizedOperations: -2147483648,
    })
  })

  it.each([
    [2, 114, 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'],
    [0, 115, 'Unsupported endpoint type 0'],
    [3, 115, 'Unsupported endpoint type 3'],
  ])('refuses endpoints of type %i', async (endpointType, errorCode, errorMessage) => {
    const broker = brokerWith(await openMetadata())
    expect(await ask(describeCluster, broker, 1, { endpointType })).toMatchObject({
      errorCode,
      errorMessage,
      endpointType: 1,
      clusterId: '',
      controllerId: -1,
      brokers: [],
    })
  })

  it('tells what may be done with the cluster when asked', async () => {
    const broker = brokerWith(await openMetadata())
    const reply = await ask(describeCluster, broker, 0, { includeClusterAuthorizedOperations: true })
    expect(reply.clusterAuthorizedOperations).toBe(8096)
  })
})
