/** The package as a library: a broker inside of another program, most of all inside of a test. */
export { Broker, startBroker } from './embedded/broker'
export type {
  BrokerEvents,
  CommitEvent,
  ErrorEvent,
  EventName,
  JoinEvent,
  LeaveEvent,
  ProduceEvent,
} from './embedded/cluster-events'
export {
  BrokerError,
  type ClientFacts,
  type GroupFacts,
  type MemberFacts,
  type OffsetSpec,
  type PartitionLag,
  type TopicFacts,
  type Written,
} from './embedded/commands'
export type { LoggedRequest } from './embedded/logged-request'
export { defineConfig } from './embedded/config-file'
export { failureMatrix, type MatrixOptions } from './embedded/failure-matrix'
export { standardFailures, type Failure } from './embedded/failures'
export type { Decide, Decided, RequestBody, RequestContext } from './embedded/deciders'
export type { FaultHandle } from './embedded/fault-door'
export type { ApiName } from './embedded/api-names'
export type { DecidedOptions, FaultError, FaultOptions, FaultSpec, LateFaultOptions } from './embedded/fault-spec'
export type { MatrixReport, Outcome, Verdict } from './embedded/trials'
export type { Match } from './embedded/matching'
export type { ForkOptions, RequestsFilter, Snapshot, SnapshotRef, StopOptions } from './embedded/method-options'
export type { BrokerNode, NoOptions } from './embedded/node-handle'
export type { BrokerOptions, Isolation, ResetOptions, TopicSpec } from './embedded/options'
export type { Log, LogSink } from './embedded/log-sink'
export type { SaslMechanism, SaslUser } from './embedded/users'
export type { GroupWait, ReadOptions, RecordsOptions, Wait } from './embedded/waits'
export type { Content, ReadAs, Rec, RecordInput } from './embedded/values'
export { version } from './platform/version'
