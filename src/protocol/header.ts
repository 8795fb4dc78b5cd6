/**
 * The headers before requests and responses. A request's header is v2 where its version is flexible and v1 elsewhere; a
 * response's is v1 where flexible and v0 elsewhere, except that ApiVersions is always answered with v0, since its client
 * does not know yet what we speak. A client id is never flexible (KIP-482).
 */
import { ApiVersions } from './messages/api-versions'
import { apiOf } from './messages/index'
import type { Api } from './schema'
import { holds } from './versions'
import type { Reader } from './wire/reader'
import type { Writer } from './wire/writer'

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** A request's header as it was read, with the API that it names. */
export interface ReceivedHeader extends RequestHeader {
  /** Undefined for an unknown key; how the header goes on is unknown then, and `clientId` is null. */
  readonly api: Api | undefined
  /** Whether `api` declares `apiVersion`. */
  readonly isDeclared: boolean
}

/**
 * Reads a request's header and leaves the reader at the body. Throws Malformed. Versions are not judged here, because
 * ApiVersions answers those that it does not know; it is the only API whose header can be read then.
 */
export function readRequestHeader(reader: Reader): ReceivedHeader {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const api = apiOf(apiKey)
  if (api === undefined) return { apiKey, apiVersion, correlationId, clientId: null, api, isDeclared: false }
  const length = reader.int16()
  const clientId = length < 0 ? null : reader.text(length)
  if (isFlexible(api, apiVersion)) reader.skipTags()
  return { apiKey, apiVersion, correlationId, clientId, api, isDeclared: holds(api.versions, apiVersion, false) }
}

export function writeRequestHeader(writer: Writer, api: Api, header: Omit<RequestHeader, 'apiKey'>): void {
  writer.int16(api.key)
  writer.int16(header.apiVersion)
  writer.int32(header.correlationId)
  if (header.clientId === null) writer.int16(-1)
  else writer.text(header.clientId, false)
  if (isFlexible(api, header.apiVersion)) writer.uvarint(0)
}

export function writeResponseHeader(writer: Writer, api: Api, version: number, correlationId: number): void {
  writer.int32(correlationId)
  if (hasFlexibleResponse(api, version)) writer.uvarint(0)
}

/** Reads a response's header, whose API and version the asker remembers, and returns its correlation id. */
export function readResponseHeader(reader: Reader, api: Api, version: number): number {
  const correlationId = reader.int32()
  if (hasFlexibleResponse(api, version)) reader.skipTags()
  return correlationId
}

function isFlexible(api: Api, version: number): boolean {
  return holds(api.flexible, version, false)
}

function hasFlexibleResponse(api: Api, version: number): boolean {
  return api.key !== ApiVersions.key && isFlexible(api, version)
}
