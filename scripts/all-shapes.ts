/** Every shape that is declared, with its versions: what checks and tests of codecs go through. */
import { shapeOf } from '../src/protocol/codec'
import { ConsumerProtocolAssignment } from '../src/protocol/embedded/consumer-protocol-assignment'
import { ConsumerProtocolSubscription } from '../src/protocol/embedded/consumer-protocol-subscription'
import { groupRecords, shareRecords, transactionRecords } from '../src/protocol/internal/index'
import { apis } from '../src/protocol/messages/index'
import type { Shape } from '../src/protocol/schema'
import { versionsOf } from '../src/protocol/versions'

export const allRecords = [...groupRecords, ...transactionRecords, ...shareRecords]

export const allShapes: readonly Shape[] = [
  ...apis.flatMap(api => [shapeOf(api, 'request'), shapeOf(api, 'response')]),
  ...allRecords.flatMap(record => [record.key, record.value]),
  ConsumerProtocolSubscription,
  ConsumerProtocolAssignment,
]

export interface Versioned {
  readonly shape: Shape
  readonly version: number
}

export const allVersions: readonly Versioned[] = allShapes.flatMap(shape =>
  versionsOf(shape.versions).map(version => ({ shape, version })),
)
