/** Whether records of a group go into one batch of `__consumer_offsets`. */
import { fitsBatch } from '../batch-fit'
import { encodeGroupRecord, type GroupRecord } from './records'
import type { GroupTurn } from './world'

export const fits = ({ settings, turn }: GroupTurn, records: readonly GroupRecord[]): boolean =>
  fitsBatch(records.map(encodeGroupRecord), turn.nowMs, settings.batchBytesMax)
