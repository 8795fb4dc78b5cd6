/** Every service a handler may use. Built once, in the node room. */
import type { Call } from '../call/call'
import { handlerKind } from '../call/handler'
import type { MetadataImage } from '../metadata/image'
import type { PartitionDirectory } from '../partition/directory'
import type { Clock, Timers } from '../platform/clock'
import type { Logger } from '../platform/logger'

export interface Broker {
  readonly id: number
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  /** The current picture; read it anew for every request. */
  image(): MetadataImage
  readonly partitions: PartitionDirectory
  /** The address under which the asking client can reach broker `id`. */
  advertised(call: Call, id: number): { readonly host: string; readonly port: number }
}

export const defineHandler = handlerKind<Broker>()
