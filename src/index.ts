/** The package as a library: a broker inside of another program, most of all inside of a test. */
export { Broker, startBroker, type Snapshot } from './embedded/broker'
export type { BrokerEvents, EventName } from './embedded/cluster-events'
export {
  BrokerError,
  type ClientFacts,
  type GroupFacts,
  type MemberFacts,
  type OffsetSpec,
  type PartitionLag,
  type Written,
} from './embedded/commands'
export type { LoggedRequest } from './embedded/logged-request'
export { failureMatrix, type MatrixOptions } from './embedded/failure-matrix'
export { standardFailures, type Failure } from './embedded/failures'
export type { FaultHandle } from './embedded/fault-door'
export type { FaultOptions, FaultSpec } from './embedded/fault-spec'
export type { MatrixReport, Outcome, Verdict } from './embedded/trials'
export type { Match } from './embedded/matching'
export type { BrokerNode } from './embedded/node-handle'
export type { BrokerOptions, Isolation, Log, ResetOptions, TopicSpec } from './embedded/options'
export type { GroupWait, ReadOptions, Wait } from './embedded/waits'
export type { Content, ReadAs, Rec, RecordInput } from './embedded/values'
export { version } from './platform/version'
