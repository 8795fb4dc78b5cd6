/**
 * ApiVersions (18) says what is served. v1: throttle time; v3: flexible, client software, features (KIP-511, KIP-584);
 * v4: feature versions of 0 (KIP-1022); v5: cluster and node ids that the client expects (KIP-1242).
 * The response header stays v0 for ever, and a version that is not known is answered in v0: the client cannot know more.
 */
import { errors } from '../../protocol/errors'
import { ApiVersions } from '../../protocol/messages/api-versions'
import { defineHandler } from '../broker'

/** Kafka's rule for the names by which client software presents itself. */
const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export const apiVersions = defineHandler({
  api: ApiVersions,
  serves: '0-5',
  access: 'open',

  handle(broker, call, request) {
    const refuse = (errorCode: number) => ({ errorCode, apiKeys: [] })
    if (call.version >= 3) {
      const { clientSoftwareName: name, clientSoftwareVersion: version } = request
      if (!softwareName.test(name) || !softwareName.test(version)) return refuse(errors.INVALID_REQUEST.code)
      call.connection.clientSoftwareName = name
      call.connection.clientSoftwareVersion = version
    }
    // A node is named within a cluster, or not at all.
    const isHalf = (request.clusterId === null) !== (request.nodeId === -1)
    if (call.version >= 5 && isHalf) return refuse(errors.INVALID_REQUEST.code)
    if (call.version >= 5 && request.clusterId !== null) {
      const isHere = request.clusterId === broker.image().clusterId && request.nodeId === broker.id
      if (!isHere) return refuse(errors.REBOOTSTRAP_REQUIRED.code)
    }
    const { supported, finalized, epoch } = broker.features()
    return {
      errorCode: 0,
      apiKeys: broker.apiVersions(),
      supportedFeatures: supported.filter(({ minVersion }) => call.version >= 4 || minVersion > 0),
      finalizedFeaturesEpoch: epoch,
      finalizedFeatures: finalized,
    }
  },
})
