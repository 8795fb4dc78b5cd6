/** The catalog of every error that the wire can carry, and Refusal: how code declines a request with one of them. */

/** Code, whether clients retry it, and what it means in a sentence. Names and codes are Kafka's (Errors). */
export const errors = {
  UNKNOWN_SERVER_ERROR: { code: -1, retriable: false, says: 'The server met an error that it did not expect.' },
  NONE: { code: 0, retriable: false, says: 'No error.' },
  OFFSET_OUT_OF_RANGE: { code: 1, retriable: false, says: 'The offset is outside of what this partition holds.' },
  CORRUPT_MESSAGE: {
    code: 2,
    retriable: true,
    says: 'The record batch fails its checksum, is too short, or is otherwise damaged.',
  },
  UNKNOWN_TOPIC_OR_PARTITION: { code: 3, retriable: true, says: 'There is no such topic or partition here.' },
  INVALID_FETCH_SIZE: { code: 4, retriable: false, says: 'The fetch size is not valid.' },
  LEADER_NOT_AVAILABLE: {
    code: 5,
    retriable: true,
    says: 'The partition has no leader right now: one is being elected.',
  },
  NOT_LEADER_OR_FOLLOWER: { code: 6, retriable: true, says: 'This broker neither leads nor follows the partition.' },
  REQUEST_TIMED_OUT: { code: 7, retriable: true, says: 'The request ran out of time.' },
  BROKER_NOT_AVAILABLE: { code: 8, retriable: false, says: 'The broker is not available.' },
  REPLICA_NOT_AVAILABLE: { code: 9, retriable: true, says: 'The replica is not available on this broker.' },
  MESSAGE_TOO_LARGE: { code: 10, retriable: false, says: 'The record batch is larger than the topic allows.' },
  STALE_CONTROLLER_EPOCH: { code: 11, retriable: false, says: 'A newer controller has taken over.' },
  OFFSET_METADATA_TOO_LARGE: { code: 12, retriable: false, says: 'The metadata given with the offset is too long.' },
  NETWORK_EXCEPTION: { code: 13, retriable: true, says: 'The connection broke before an answer came.' },
  COORDINATOR_LOAD_IN_PROGRESS: { code: 14, retriable: true, says: 'The coordinator is still loading its state.' },
  COORDINATOR_NOT_AVAILABLE: { code: 15, retriable: true, says: 'No coordinator is available.' },
  NOT_COORDINATOR: { code: 16, retriable: true, says: 'This broker is not the coordinator.' },
  INVALID_TOPIC_EXCEPTION: {
    code: 17,
    retriable: false,
    says: "The topic's name is not valid, or clients may not do this to the topic.",
  },
  RECORD_LIST_TOO_LARGE: { code: 18, retriable: false, says: 'The batches are larger than a segment of the log.' },
  NOT_ENOUGH_REPLICAS: { code: 19, retriable: true, says: 'Fewer replicas are in sync than the topic requires.' },
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: {
    code: 20,
    retriable: true,
    says: 'Written, but to fewer in-sync replicas than the topic requires.',
  },
  INVALID_REQUIRED_ACKS: { code: 21, retriable: false, says: 'Acks must be -1, 0 or 1.' },
  ILLEGAL_GENERATION: { code: 22, retriable: false, says: "The generation is not the group's current one." },
  INCONSISTENT_GROUP_PROTOCOL: {
    code: 23,
    retriable: false,
    says: "The member's protocols and the group's have nothing in common.",
  },
  INVALID_GROUP_ID: { code: 24, retriable: false, says: 'The group id is not valid.' },
  UNKNOWN_MEMBER_ID: { code: 25, retriable: false, says: 'The group has no such member.' },
  INVALID_SESSION_TIMEOUT: {
    code: 26,
    retriable: false,
    says: 'The session timeout is outside of what the broker allows.',
  },
  REBALANCE_IN_PROGRESS: { code: 27, retriable: false, says: 'The group is rebalancing: rejoin.' },
  INVALID_COMMIT_OFFSET_SIZE: { code: 28, retriable: false, says: 'The offset commit is too large to be stored.' },
  TOPIC_AUTHORIZATION_FAILED: { code: 29, retriable: false, says: 'Access to the topic is denied.' },
  GROUP_AUTHORIZATION_FAILED: { code: 30, retriable: false, says: 'Access to the group is denied.' },
  CLUSTER_AUTHORIZATION_FAILED: { code: 31, retriable: false, says: 'Access to the cluster is denied.' },
  INVALID_TIMESTAMP: { code: 32, retriable: false, says: "A record's timestamp is outside of what the topic allows." },
  UNSUPPORTED_SASL_MECHANISM: { code: 33, retriable: false, says: 'This SASL mechanism is not enabled.' },
  ILLEGAL_SASL_STATE: { code: 34, retriable: false, says: 'The request does not fit the state of authentication.' },
  UNSUPPORTED_VERSION: { code: 35, retriable: false, says: 'This version of the API is not served.' },
  TOPIC_ALREADY_EXISTS: { code: 36, retriable: false, says: 'A topic of this name exists already.' },
  INVALID_PARTITIONS: { code: 37, retriable: false, says: 'The number of partitions is not valid.' },
  INVALID_REPLICATION_FACTOR: {
    code: 38,
    retriable: false,
    says: 'The replication factor is below 1 or above the number of brokers.',
  },
  INVALID_REPLICA_ASSIGNMENT: { code: 39, retriable: false, says: 'The assignment of replicas is not valid.' },
  INVALID_CONFIG: { code: 40, retriable: false, says: 'The configuration is not valid.' },
  NOT_CONTROLLER: { code: 41, retriable: true, says: 'This broker is not the controller.' },
  INVALID_REQUEST: { code: 42, retriable: false, says: 'The request contradicts itself or lacks something.' },
  UNSUPPORTED_FOR_MESSAGE_FORMAT: { code: 43, retriable: false, says: 'The message format of the log cannot do this.' },
  POLICY_VIOLATION: { code: 44, retriable: false, says: 'A policy of the cluster forbids this.' },
  OUT_OF_ORDER_SEQUENCE_NUMBER: {
    code: 45,
    retriable: false,
    says: "The producer's sequence number is not the next one.",
  },
  DUPLICATE_SEQUENCE_NUMBER: { code: 46, retriable: false, says: "The producer's sequence number was used before." },
  INVALID_PRODUCER_EPOCH: { code: 47, retriable: false, says: "The producer's epoch is older than the current one." },
  INVALID_TXN_STATE: { code: 48, retriable: false, says: 'The transaction is in a state that does not allow this.' },
  INVALID_PRODUCER_ID_MAPPING: {
    code: 49,
    retriable: false,
    says: 'The producer id does not belong to the transactional id.',
  },
  INVALID_TRANSACTION_TIMEOUT: {
    code: 50,
    retriable: false,
    says: 'The transaction timeout is longer than the broker allows.',
  },
  CONCURRENT_TRANSACTIONS: {
    code: 51,
    retriable: true,
    says: 'The previous transaction of this producer is still being completed.',
  },
  TRANSACTION_COORDINATOR_FENCED: {
    code: 52,
    retriable: false,
    says: 'A newer transaction coordinator has taken over.',
  },
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: {
    code: 53,
    retriable: false,
    says: 'Access to the transactional id is denied.',
  },
  SECURITY_DISABLED: { code: 54, retriable: false, says: 'Security is not set up on this broker.' },
  OPERATION_NOT_ATTEMPTED: {
    code: 55,
    retriable: false,
    says: 'Not attempted, since another part of the request failed.',
  },
  KAFKA_STORAGE_ERROR: { code: 56, retriable: true, says: 'The disk failed while the log was read or written.' },
  LOG_DIR_NOT_FOUND: { code: 57, retriable: false, says: 'The broker has no such log directory.' },
  SASL_AUTHENTICATION_FAILED: { code: 58, retriable: false, says: 'Authentication failed.' },
  UNKNOWN_PRODUCER_ID: { code: 59, retriable: false, says: 'The broker knows nothing of this producer id.' },
  REASSIGNMENT_IN_PROGRESS: { code: 60, retriable: false, says: 'The partition is being reassigned.' },
  DELEGATION_TOKEN_AUTH_DISABLED: { code: 61, retriable: false, says: 'Delegation tokens are not enabled.' },
  DELEGATION_TOKEN_NOT_FOUND: { code: 62, retriable: false, says: 'There is no such delegation token.' },
  DELEGATION_TOKEN_OWNER_MISMATCH: {
    code: 63,
    retriable: false,
    says: 'The delegation token belongs to somebody else.',
  },
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: {
    code: 64,
    retriable: false,
    says: 'Delegation tokens cannot be asked for over this connection.',
  },
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: {
    code: 65,
    retriable: false,
    says: 'Access to the delegation token is denied.',
  },
  DELEGATION_TOKEN_EXPIRED: { code: 66, retriable: false, says: 'The delegation token has expired.' },
  INVALID_PRINCIPAL_TYPE: { code: 67, retriable: false, says: 'This type of principal is not supported.' },
  NON_EMPTY_GROUP: { code: 68, retriable: false, says: 'The group still has members.' },
  GROUP_ID_NOT_FOUND: { code: 69, retriable: false, says: 'There is no such group.' },
  FETCH_SESSION_ID_NOT_FOUND: { code: 70, retriable: true, says: 'There is no such fetch session.' },
  INVALID_FETCH_SESSION_EPOCH: {
    code: 71,
    retriable: true,
    says: 'The epoch of the fetch session is not the next one.',
  },
  LISTENER_NOT_FOUND: { code: 72, retriable: true, says: 'The leader has no listener like the one that was used.' },
  TOPIC_DELETION_DISABLED: { code: 73, retriable: false, says: 'Topics cannot be deleted on this cluster.' },
  FENCED_LEADER_EPOCH: { code: 74, retriable: true, says: "The leader epoch is older than the broker's." },
  UNKNOWN_LEADER_EPOCH: { code: 75, retriable: true, says: "The leader epoch is newer than the broker's." },
  UNSUPPORTED_COMPRESSION_TYPE: {
    code: 76,
    retriable: false,
    says: 'This version of the API cannot carry the compression in use.',
  },
  STALE_BROKER_EPOCH: { code: 77, retriable: false, says: "The broker's epoch is older than the current one." },
  OFFSET_NOT_AVAILABLE: { code: 78, retriable: true, says: 'The new leader does not know its high watermark yet.' },
  MEMBER_ID_REQUIRED: { code: 79, retriable: false, says: 'Rejoin with the member id that this answer carries.' },
  PREFERRED_LEADER_NOT_AVAILABLE: { code: 80, retriable: true, says: 'The preferred leader is not available.' },
  GROUP_MAX_SIZE_REACHED: { code: 81, retriable: false, says: 'The group has as many members as the broker allows.' },
  FENCED_INSTANCE_ID: { code: 82, retriable: false, says: 'Another member has taken over this group instance id.' },
  ELIGIBLE_LEADERS_NOT_AVAILABLE: { code: 83, retriable: true, says: 'No replica that may lead is available.' },
  ELECTION_NOT_NEEDED: { code: 84, retriable: true, says: 'The partition has the leader that was asked for.' },
  NO_REASSIGNMENT_IN_PROGRESS: { code: 85, retriable: false, says: 'The partition is not being reassigned.' },
  GROUP_SUBSCRIBED_TO_TOPIC: { code: 86, retriable: false, says: 'Members of the group still subscribe to the topic.' },
  INVALID_RECORD: { code: 87, retriable: false, says: 'A record is not valid and was refused.' },
  UNSTABLE_OFFSET_COMMIT: { code: 88, retriable: true, says: 'Offsets of an open transaction are not yet decided.' },
  THROTTLING_QUOTA_EXCEEDED: { code: 89, retriable: true, says: 'The quota is used up: try again later.' },
  PRODUCER_FENCED: {
    code: 90,
    retriable: false,
    says: 'A newer producer of the same transactional id has taken over.',
  },
  RESOURCE_NOT_FOUND: { code: 91, retriable: false, says: 'There is no such resource.' },
  DUPLICATE_RESOURCE: { code: 92, retriable: false, says: 'The resource exists already, or is named twice.' },
  UNACCEPTABLE_CREDENTIAL: { code: 93, retriable: false, says: 'The credential is not acceptable.' },
  INCONSISTENT_VOTER_SET: { code: 94, retriable: false, says: "The voter is not one of the quorum's." },
  INVALID_UPDATE_VERSION: { code: 95, retriable: false, says: 'The version of the update is not the current one.' },
  FEATURE_UPDATE_FAILED: { code: 96, retriable: false, says: 'Features could not be updated.' },
  PRINCIPAL_DESERIALIZATION_FAILURE: { code: 97, retriable: false, says: 'The forwarded principal could not be read.' },
  SNAPSHOT_NOT_FOUND: { code: 98, retriable: false, says: 'There is no such snapshot.' },
  POSITION_OUT_OF_RANGE: { code: 99, retriable: false, says: 'The position is outside of the snapshot.' },
  UNKNOWN_TOPIC_ID: { code: 100, retriable: true, says: 'There is no topic with this id here.' },
  DUPLICATE_BROKER_REGISTRATION: {
    code: 101,
    retriable: false,
    says: 'A broker with this id is registered and alive.',
  },
  BROKER_ID_NOT_REGISTERED: { code: 102, retriable: false, says: 'No broker with this id is registered.' },
  INCONSISTENT_TOPIC_ID: {
    code: 103,
    retriable: true,
    says: 'The topic id is not the one that the log was made with.',
  },
  INCONSISTENT_CLUSTER_ID: { code: 104, retriable: false, says: "The cluster id is another cluster's." },
  TRANSACTIONAL_ID_NOT_FOUND: { code: 105, retriable: false, says: 'There is no such transactional id.' },
  FETCH_SESSION_TOPIC_ID_ERROR: {
    code: 106,
    retriable: true,
    says: 'The fetch session used topic ids in one request and names in another.',
  },
  INELIGIBLE_REPLICA: {
    code: 107,
    retriable: false,
    says: 'The new in-sync set holds a replica that may not be in it.',
  },
  NEW_LEADER_ELECTED: {
    code: 108,
    retriable: false,
    says: 'The change was applied and made another broker the leader.',
  },
  OFFSET_MOVED_TO_TIERED_STORAGE: { code: 109, retriable: false, says: 'The offset is found in tiered storage only.' },
  FENCED_MEMBER_EPOCH: {
    code: 110,
    retriable: false,
    says: "The member's epoch is not the current one: rejoin with epoch 0.",
  },
  UNRELEASED_INSTANCE_ID: { code: 111, retriable: false, says: 'Another member still holds this instance id.' },
  UNSUPPORTED_ASSIGNOR: { code: 112, retriable: false, says: 'The group has no such assignor.' },
  STALE_MEMBER_EPOCH: {
    code: 113,
    retriable: false,
    says: "The member's epoch is old: retry once a heartbeat has told the new one.",
  },
  MISMATCHED_ENDPOINT_TYPE: { code: 114, retriable: false, says: 'The request went to the wrong kind of endpoint.' },
  UNSUPPORTED_ENDPOINT_TYPE: { code: 115, retriable: false, says: 'This kind of endpoint is not supported.' },
  UNKNOWN_CONTROLLER_ID: { code: 116, retriable: false, says: 'There is no controller with this id.' },
  UNKNOWN_SUBSCRIPTION_ID: {
    code: 117,
    retriable: false,
    says: "The telemetry subscription is not the client's current one.",
  },
  TELEMETRY_TOO_LARGE: { code: 118, retriable: false, says: 'The pushed metrics are larger than the broker accepts.' },
  INVALID_REGISTRATION: { code: 119, retriable: false, says: 'The registration is not valid.' },
  TRANSACTION_ABORTABLE: {
    code: 120,
    retriable: false,
    says: 'The transaction must be aborted; the producer may go on after that.',
  },
  INVALID_RECORD_STATE: {
    code: 121,
    retriable: false,
    says: 'The record is in a state that does not allow this acknowledgement.',
  },
  SHARE_SESSION_NOT_FOUND: { code: 122, retriable: true, says: 'There is no such share session.' },
  INVALID_SHARE_SESSION_EPOCH: {
    code: 123,
    retriable: true,
    says: 'The epoch of the share session is not the next one.',
  },
  FENCED_STATE_EPOCH: { code: 124, retriable: false, says: 'The state epoch is older than the one stored.' },
  INVALID_VOTER_KEY: { code: 125, retriable: false, says: "The voter's id and directory do not belong together." },
  DUPLICATE_VOTER: { code: 126, retriable: false, says: 'The voter is in the quorum already.' },
  VOTER_NOT_FOUND: { code: 127, retriable: false, says: 'The voter is not in the quorum.' },
  INVALID_REGULAR_EXPRESSION: { code: 128, retriable: false, says: 'The regular expression is not valid.' },
  REBOOTSTRAP_REQUIRED: {
    code: 129,
    retriable: false,
    says: "The client's view of the cluster is stale: bootstrap again.",
  },
  STREAMS_INVALID_TOPOLOGY: { code: 130, retriable: false, says: 'The topology is not valid.' },
  STREAMS_INVALID_TOPOLOGY_EPOCH: { code: 131, retriable: false, says: 'The topology epoch is not valid.' },
  STREAMS_TOPOLOGY_FENCED: { code: 132, retriable: false, says: "The topology epoch is older than the group's." },
  SHARE_SESSION_LIMIT_REACHED: {
    code: 133,
    retriable: true,
    says: 'The broker has as many share sessions as it allows.',
  },
  GROUP_DELETION_FAILED: { code: 134, retriable: false, says: 'The group could not be deleted.' },
  STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED: {
    code: 135,
    retriable: false,
    says: 'The description of the topology could not be stored.',
  },
  CONTROLLER_ID_NOT_REGISTERED: { code: 136, retriable: false, says: 'No controller with this id is registered.' },
} as const satisfies { readonly [name: string]: ErrorEntry }

export interface ErrorEntry {
  readonly code: number
  readonly retriable: boolean
  readonly says: string
}

export type ErrorName = keyof typeof errors

const namesByCode = new Map<number, ErrorName>(
  (Object.keys(errors) as ErrorName[]).map(name => [errors[name].code, name]),
)

/** The name of an error code; null for a code that this catalog does not have. */
export function errorNameOf(code: number): ErrorName | null {
  return namesByCode.get(code) ?? null
}

/** A request, or a part of one, that was understood and declined. Expected, and carried to the client as its code. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly error: ErrorName
  /** What is wrong in this case, for the `errorMessage` of a reply. Null when there is no more to say than the code. */
  readonly detail: string | null
  constructor(error: ErrorName, detail: string | null = null) {
    super(detail ?? errors[error].says)
    this.error = error
    this.detail = detail
  }
  get code(): number {
    return errors[this.error].code
  }
}

/** The code for something thrown: a Refusal's own, UNKNOWN_SERVER_ERROR for anything else. */
export function errorCodeOf(thrown: unknown): number {
  return thrown instanceof Refusal ? thrown.code : errors.UNKNOWN_SERVER_ERROR.code
}

/** What became of work on one entry of a request. */
export interface Outcome<T> {
  readonly errorCode: number
  /** Null on success; the refusal's detail, or what its code means, otherwise. */
  readonly errorMessage: string | null
  readonly value: T
}

/**
 * Runs work whose refusal belongs to one entry of a reply and not to the whole of it. Anything thrown that is not a
 * Refusal passes through.
 */
export async function outcomeOf<T>(work: () => T | Promise<T>, whenRefused: T): Promise<Outcome<T>> {
  try {
    return { errorCode: errors.NONE.code, errorMessage: null, value: await work() }
  } catch (thrown) {
    return refused(thrown, whenRefused)
  }
}

/** `outcomeOf` for work that needs no waiting. */
export function outcomeNow<T>(work: () => T, whenRefused: T): Outcome<T> {
  try {
    return { errorCode: errors.NONE.code, errorMessage: null, value: work() }
  } catch (thrown) {
    return refused(thrown, whenRefused)
  }
}

function refused<T>(thrown: unknown, value: T): Outcome<T> {
  if (!(thrown instanceof Refusal)) throw thrown
  return { errorCode: thrown.code, errorMessage: thrown.message, value }
}
