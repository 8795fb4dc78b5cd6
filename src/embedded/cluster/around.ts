/** What stands around the handlers of a cluster: who asks, what is asked, what goes wrong, what was done. */
import type { Stage } from '../../call/stage'
import type { Clock, Timers } from '../../platform/clock'
import type { Logger } from '../../platform/logger'
import type { ClusterEvents } from '../contract/cluster-events'
import { Deeds } from './deeds'
import type { Disk } from './disk'
import { type FaultWorld, Faults } from '../faults/faults'
import { LateJoins } from './late-joins'
import { Questions } from '../faults/questions'
import { RequestLog } from './request-log'
import { Watch } from './watch'

export interface Around {
  readonly requests: RequestLog
  readonly watch: Watch
  readonly faults: Faults
  readonly events: ClusterEvents
  readonly questions: Questions
  readonly deeds: Deeds
  readonly lateJoins: LateJoins
}

/** What these see of the cluster that they stand around. */
export interface Inner extends Pick<FaultWorld, 'nodeAt' | 'topicId' | 'fetchSession' | 'happen' | 'hinted'> {
  readonly disk: Disk
  /** Null when no topic has that id. */
  topicName(id: string): string | null
  /** Where the log of a partition begins; null when there is none. */
  logStart(topic: string, index: number): number | null
}

export interface AroundOptions {
  /** Faults take their time by the clock of everybody, or by that of the cluster. */
  readonly real: { readonly timers: Timers }
  readonly time: { readonly timers: Timers; readonly clock: Clock }
  readonly logger: Logger
  readonly events: ClusterEvents
  /** Not before the first request is it asked for. */
  inner(): Inner
}

export function aroundOf({ real: { timers }, time, logger, events, inner }: AroundOptions): Around {
  const questions = new Questions(timers, logger)
  const requests = new RequestLog(time.clock, events)
  return {
    events,
    questions,
    watch: new Watch(events),
    requests,
    deeds: new Deeds(events, id => inner().topicName(id)),
    lateJoins: new LateJoins(logger, inner),
    faults: new Faults({
      timers,
      movedTimers: time.timers,
      events,
      questions,
      logged: () => requests.current,
      nodeAt: port => inner().nodeAt(port),
      topicId: topic => inner().topicId(topic),
      fetchSession: id => inner().fetchSession(id),
      happen: (what, to) => inner().happen(what, to),
      hinted: (api, call, reply) => inner().hinted(api, call, reply),
      whileDiskFull: work => inner().disk.fullDuring(work),
    }),
  }
}

/** From the outermost to the innermost. */
export const stagesOf = ({ watch, requests, faults, deeds, lateJoins }: Around): readonly Stage[] => [
  watch.stage,
  requests.stage,
  faults.stage,
  deeds.stage,
  lateJoins.stage,
]
