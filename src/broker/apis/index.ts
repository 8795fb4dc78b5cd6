/** Every API this broker serves. ApiVersions, docs, metrics labels and the table of clients are read from here. */
import type { Handler } from '../../call/handler'
import type { Broker } from '../broker'
import { apiVersions } from './api-versions'
import { deleteRecords } from './delete-records'
import { describeLogDirs } from './describe-log-dirs'
import { fetch } from './fetch'
import { initProducerId } from './init-producer-id'
import { listOffsets } from './list-offsets'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch'
import { produce } from './produce'

export const handlers: readonly Handler<Broker>[] = [
  produce,
  fetch,
  listOffsets,
  apiVersions,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  describeLogDirs,
]
