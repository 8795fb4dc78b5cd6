/** The bit fields in which replies tell what the asking client may do (KIP-430): bit N stands for AclOperation N. */

/** Said when the client did not ask. */
export const notTold = -2147483648

const bits = (...operations: number[]) => operations.reduce((field, operation) => field | (1 << operation), 0)

/** Everything there is to do with a resource, as everybody may while there is no authorizer. */
export const allOperations = {
  /** READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
  topic: bits(3, 4, 5, 6, 7, 8, 10, 11),
  /** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
  group: bits(3, 6, 8, 10, 11),
  /** CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE. */
  cluster: bits(5, 7, 8, 9, 10, 11, 12),
} as const
