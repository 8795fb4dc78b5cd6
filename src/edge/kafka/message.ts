/** Requests and replies between bytes and bodies. */
import type { Body } from '../../call/handler'
import type { Route } from '../../broker/pipeline'
import { errors } from '../../protocol/errors'
import { framed } from '../../protocol/frame'
import { readRequestHeader, writeResponseHeader, type RequestHeader } from '../../protocol/header'
import { ApiVersions } from '../../protocol/messages/api-versions'
import { Malformed } from '../../protocol/wire/faults'
import { Reader } from '../../protocol/wire/reader'
import type { Slices } from '../../protocol/wire/slices'

/** Throws Malformed, which names the API. */
export function decodeRequest(route: Route, { apiVersion }: RequestHeader, reader: Reader): Body {
  try {
    return route.requestCodec(apiVersion).read(reader)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    throw new Malformed(`${route.handler.api.name} version ${apiVersion}: ${error.message}`)
  }
}

/** Byte fields of what the codec reads are slices of its frame, so a frame that is only lent is copied first. */
export function decodeCopy(route: Route, frame: Buffer): Body {
  const reader = new Reader(Buffer.from(frame))
  return decodeRequest(route, readRequestHeader(reader), reader)
}

export function encodeReply(route: Route, { apiVersion, correlationId }: RequestHeader, body: Body): Slices {
  return framed(writer => {
    writeResponseHeader(writer, route.handler.api, apiVersion, correlationId)
    route.responseCodec(apiVersion).write(writer, body)
  })
}

/** A reply that is sent again, behind itself. */
export const twice = ({ buffers, sizeBytes }: Slices): Slices => ({
  buffers: [...buffers, ...buffers],
  sizeBytes: 2 * sizeBytes,
})

/**
 * A version that is not served ends the connection, since nothing says how its reply would look; except ApiVersions, by
 * which a client finds out, and which answers in version 0 with the versions of itself. Releases of Kafka before its version 3
 * named none (KIP-511).
 */
export function unsupportedApiVersions(route: Route, header: RequestHeader): Slices {
  const { api } = route.handler
  if (api.key !== ApiVersions.key) {
    throw new Malformed(
      `${api.name} version ${header.apiVersion} is not served: ${route.minVersion} to ${route.maxVersion} are`,
    )
  }
  const itself = { apiKey: api.key, minVersion: route.minVersion, maxVersion: route.maxVersion }
  const body = { errorCode: errors.UNSUPPORTED_VERSION.code, apiKeys: route.maxVersion < 3 ? [] : [itself] }
  return encodeReply(route, { ...header, apiVersion: 0 }, body)
}
