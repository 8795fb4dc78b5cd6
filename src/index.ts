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
} from './embedded/contract/cluster-events'
export {
  BrokerError,
  type ClientFacts,
  type GroupFacts,
  type MemberFacts,
  type OffsetSpec,
  type PartitionLag,
  type TopicFacts,
  type Written,
} from './embedded/contract/commands'
export type { LoggedRequest } from './embedded/contract/logged-request'
export { defineConfig } from './embedded/runners/config-file'
export { failureMatrix, type MatrixOptions } from './embedded/failures/failure-matrix'
export { standardFailures, type Failure } from './embedded/failures/failures'
export type { Decide, Decided, RequestBody, RequestContext } from './embedded/door/deciders'
export type { FaultHandle } from './embedded/door/fault-door'
export type { ApiName } from './embedded/contract/api-names'
export type { DecidedOptions, FaultError, FaultOptions, FaultSpec, LateFaultOptions } from './embedded/door/fault-spec'
export type { MatrixReport, Outcome, Verdict } from './embedded/failures/trials'
export type { Match } from './embedded/contract/matching'
export type {
  ForkOptions,
  RequestsFilter,
  Snapshot,
  SnapshotRef,
  StopOptions,
} from './embedded/contract/method-options'
export type { BrokerNode, NoOptions } from './embedded/door/node-handle'
export type { BrokerOptions, Isolation, ResetOptions, TopicSpec } from './embedded/contract/options'
export type { Log, LogSink } from './embedded/contract/log-sink'
export type { SaslMechanism, SaslUser } from './embedded/contract/users'
export type { GroupWait, ReadOptions, RecordsOptions, Wait } from './embedded/contract/waits'
export type { Content, ReadAs, Rec, RecordInput } from './embedded/contract/values'
export { version } from './platform/version'
